"""Arrivals and determinations at a port of entry."""
