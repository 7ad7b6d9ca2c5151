from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "fairport.appointments"
    label = "appointments"
