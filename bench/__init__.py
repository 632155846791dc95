"""Measurements of the real mesh: `./run bench NAME`."""
