from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.exports import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("exports", views.exports, name="office_exports"),
    path("exports/day", views.day_list, name="office_export_day"),
    path("exports/encounters", views.encounter_counts, name="office_export_encounters"),
]
