from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.console import views_draws, views_ports

urlpatterns: list[URLPattern | URLResolver] = [
    path("console", views_draws.console, name="office_console"),
    path("console/freeze", views_draws.freeze, name="office_console_freeze"),
    path("console/run", views_draws.run, name="office_console_run"),
    path("ports", views_ports.ports, name="office_ports"),
    path("ports/<str:code>/suspend", views_ports.suspend, name="office_suspend"),
    path("ports/<str:code>/reopen", views_ports.reopen, name="office_reopen"),
]
