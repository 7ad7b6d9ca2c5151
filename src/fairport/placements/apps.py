from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "fairport.placements"
    label = "placements"

    def ready(self) -> None:
        from fairport.approvals.kinds import register_kind
        from fairport.placements.kind import EXCEPTIONAL_PLACEMENT

        register_kind(EXCEPTIONAL_PLACEMENT)
