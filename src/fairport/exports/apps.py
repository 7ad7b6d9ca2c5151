from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "fairport.exports"
    label = "exports"
