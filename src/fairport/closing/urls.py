from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.closing import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("programmes", views.programmes, name="office_programmes"),
    path("programmes/<str:programme>/confirm", views.confirm, name="office_programme_confirm"),
    path("programmes/<str:programme>/take-back", views.take_back, name="office_programme_take_back"),
    path("programmes/<str:programme>/reopen", views.reopen, name="office_programme_reopen"),
]
