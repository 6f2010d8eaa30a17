"""Signals: one file each, found by the name of the file."""

from ffbrian.equations._catalogue import catalogue

catalogue(__name__)
