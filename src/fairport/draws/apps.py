from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "fairport.draws"
    label = "draws"
