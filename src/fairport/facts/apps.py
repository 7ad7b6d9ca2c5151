from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "fairport.facts"
    label = "facts"

    def ready(self) -> None:
        from fairport.approvals.kinds import register_kind
        from fairport.facts.kind import VERIFIED_FACT

        register_kind(VERIFIED_FACT)
