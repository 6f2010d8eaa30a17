"""Tests of `ffbrian.build`."""
