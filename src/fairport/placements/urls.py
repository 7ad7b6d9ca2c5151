from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.placements import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("placements", views.placements, name="office_placements"),
    path("placements/new", views.propose, name="office_placement_new"),
    path("placements/<uuid:registration_id>", views.placement, name="office_placement"),
]
