from django.apps import AppConfig


class WalkinsConfig(AppConfig):
    name = "fairport.walkins"
    label = "walkins"
