from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "fairport.complaints"
    label = "complaints"
