from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "fairport.registrations"
    label = "registrations"
