from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.facts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("facts", views.find, name="office_facts"),
    path("facts/all", views.everything, name="office_facts_all"),
    path("facts/<uuid:registration_id>", views.file, name="office_facts_file"),
    path("facts/<uuid:registration_id>/travelers/<uuid:traveler_id>", views.confirm, name="office_facts_confirm"),
    path("facts/<uuid:registration_id>/withdraw/<uuid:fact_id>", views.withdraw, name="office_facts_withdraw"),
]
