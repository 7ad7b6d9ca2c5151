from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.transparency import views, views_office, views_oversight, views_priority

urlpatterns: list[URLPattern | URLResolver] = [
    path("office/draws", views_office.draws, name="office_draws"),
    path("office/draws/<str:address>", views_office.draw_bundle, name="office_draw_bundle"),
    path("data/oversight", views_oversight.oversight, name="data_oversight"),
    path("data/programmes", views_priority.programmes, name="data_programmes"),
    path("data/verified-reasons", views_priority.facts, name="data_facts"),
    path("data/placements", views_priority.placements, name="data_placements"),
    path("ports", views.ports, name="ports"),
    path("draws", views.draws, name="draws"),
    path("draws/how", views.how, name="draws_how"),
    path("draws/<str:address>", views.draw, name="draw"),
    path("draws/<str:address>/bundle.tar.gz", views.draw_bundle, name="draw_bundle"),
    path("draws/<str:address>/<str:name>", views.draw_file, name="draw_file"),
]
