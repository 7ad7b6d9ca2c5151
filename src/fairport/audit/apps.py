from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fairport.audit"
    label = "audit"
