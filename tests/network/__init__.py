"""Tests of `ffbrian.network`."""
