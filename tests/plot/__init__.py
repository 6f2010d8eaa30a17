"""Tests of `ffbrian.plot`."""
