from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "fairport.programmes"
    label = "programmes"
