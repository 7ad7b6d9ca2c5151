from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "fairport.approvals"
    label = "approvals"
