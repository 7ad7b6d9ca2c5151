from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.walkins import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("walk-ins", views.queue, name="office_walk_ins"),
    path("walk-ins/new", views.record, name="office_walk_in_new"),
    path("walk-ins/<uuid:walk_in_id>", views.walk_in, name="office_walk_in"),
    path("walk-ins/<uuid:walk_in_id>/slip", views.slip, name="office_walk_in_slip"),
    path("walk-ins/<uuid:walk_in_id>/outcome", views.outcome, name="office_walk_in_outcome"),
]
