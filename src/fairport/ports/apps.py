from django.apps import AppConfig


class PortsConfig(AppConfig):
    name = "fairport.ports"
    label = "ports"
