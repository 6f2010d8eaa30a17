"""Tests of `ffbrian.files`."""
