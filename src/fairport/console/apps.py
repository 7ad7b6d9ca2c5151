from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "fairport.console"
    label = "console"

    def ready(self) -> None:
        from fairport.approvals.kinds import register_kind
        from fairport.console.kinds_draws import KINDS as OF_DRAWS
        from fairport.console.kinds_ports import KINDS as OF_PORTS

        for kind in (*OF_PORTS, *OF_DRAWS):
            register_kind(kind)
