"""Complaints to the ombuds office: sealed, without the sender, opened by that office only."""
