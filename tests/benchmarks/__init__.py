"""Tests of `ffbrian.benchmarks`."""
