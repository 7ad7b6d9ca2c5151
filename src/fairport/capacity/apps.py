"""Capacity: the calendar of a port's places, its plans and exceptions, and what they do to bookings."""

from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "fairport.capacity"
    label = "capacity"
