from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "fairport.approvals"
    label = "approvals"

    def ready(self) -> None:
        from fairport.approvals.kinds import register_kind
        from fairport.approvals.role_grants import ROLE_GRANTED

        register_kind(ROLE_GRANTED)
