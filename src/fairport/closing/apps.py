from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "fairport.closing"
    label = "closing"

    def ready(self) -> None:
        from fairport.approvals.kinds import register_kind
        from fairport.closing.kinds import KINDS

        for kind in KINDS:
            register_kind(kind)
