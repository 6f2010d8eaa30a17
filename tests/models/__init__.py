"""Tests of `ffbrian.models`."""
