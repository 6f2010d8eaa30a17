"""Tests of `ffbrian.train`."""
