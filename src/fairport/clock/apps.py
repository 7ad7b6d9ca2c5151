from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "fairport.clock"
    label = "clock"
