from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.checkin import views_home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_home.home, name="office_home"),
]
