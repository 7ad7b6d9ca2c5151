from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.transparency import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("ports", views.ports, name="ports"),
    path("draws", views.draws, name="draws"),
    path("draws/how", views.how, name="draws_how"),
    path("draws/<str:address>", views.draw, name="draw"),
    path("draws/<str:address>/bundle.tar.gz", views.draw_bundle, name="draw_bundle"),
    path("draws/<str:address>/<str:name>", views.draw_file, name="draw_file"),
]
