from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "fairport.sealing"
    label = "sealing"
