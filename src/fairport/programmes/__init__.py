"""Programmes and their dated, immutable policy versions."""
