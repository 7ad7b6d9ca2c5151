from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "fairport.checkin"
    label = "checkin"
