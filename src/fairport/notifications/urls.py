from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.notifications import views_demo, views_office

urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/messages", views_demo.demo_messages, name="demo_messages"),
    path("office/messages", views_office.office_messages, name="office_messages"),
    path("office/messages/<uuid:message_id>/retry", views_office.office_message_retry, name="office_message_retry"),
]
