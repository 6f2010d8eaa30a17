"""Tests of `ffbrian.commands`."""
