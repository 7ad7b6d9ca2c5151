from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.complaints import views_office

urlpatterns: list[URLPattern | URLResolver] = [
    path("complaints", views_office.complaints, name="office_complaints"),
    path("complaints/<uuid:complaint_id>", views_office.complaint, name="office_complaint"),
    path("complaints/<uuid:complaint_id>/reopen", views_office.reopen, name="office_complaint_reopen"),
]
