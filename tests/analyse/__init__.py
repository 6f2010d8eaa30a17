"""Tests of `ffbrian.analyse`."""
