"""Fairport: public appointments given out by a draw that anyone can check."""
