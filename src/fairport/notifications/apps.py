from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "fairport.notifications"
    label = "notifications"

    def ready(self) -> None:
        from fairport.notifications import checks  # noqa: F401 - registers itself
