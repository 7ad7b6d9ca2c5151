from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "fairport.gate"
    label = "gate"
