from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fairport.audit"
    label = "audit"

    def ready(self) -> None:
        from fairport.audit import checks  # noqa: F401 - registers itself
