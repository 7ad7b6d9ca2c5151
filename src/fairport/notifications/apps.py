from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "fairport.notifications"
    label = "notifications"
