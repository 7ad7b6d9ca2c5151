"""Offers, appointments and passes of the appointment programme."""
