from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "fairport.draws"
    label = "draws"

    def ready(self) -> None:
        from fairport.draws import checks  # noqa: F401 - registers itself
