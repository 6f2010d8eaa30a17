"""Tests of `ffbrian.export`."""
