"""Ports of entry and the appointment slots whose places the draw gives out."""
