"""Tests of `ffbrian.datasets`."""
