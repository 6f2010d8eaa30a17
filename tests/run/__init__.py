"""Tests of `ffbrian.run`."""
