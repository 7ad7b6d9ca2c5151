"""Freeze, beacon, run and publication of a draw, for any programme."""
