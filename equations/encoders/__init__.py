"""Encoders: one file each, found by the name of the file."""

from ffbrian.equations._catalogue import catalogue

catalogue(__name__, has_class_names=True)  # Rate(...) as well as rate(...)
