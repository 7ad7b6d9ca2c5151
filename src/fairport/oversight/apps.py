from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "fairport.oversight"
    label = "oversight"
