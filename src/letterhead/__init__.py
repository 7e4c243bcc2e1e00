"""Letterhead: your own domain on your agents' mail, on a server you run yourself."""

__version__ = "0.1.0"
