from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.notifications import views_demo

urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/messages", views_demo.demo_messages, name="demo_messages"),
]
