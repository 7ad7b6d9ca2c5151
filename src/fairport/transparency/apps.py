from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    name = "fairport.transparency"
    label = "transparency"
