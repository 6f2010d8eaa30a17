"""Tests of `ffbrian.learning`."""
