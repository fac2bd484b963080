"""Measures the page against the plain way of doing it: `make bench`."""
