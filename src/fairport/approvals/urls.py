from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.approvals import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("approvals", views.proposals, name="office_approvals"),
    path("approvals/<uuid:proposal_id>", views.proposal, name="office_proposal"),
    path("approvals/<uuid:proposal_id>/approve", views.approve, name="office_proposal_approve"),
    path("approvals/<uuid:proposal_id>/decline", views.decline, name="office_proposal_decline"),
    path("approvals/<uuid:proposal_id>/withdraw", views.withdraw, name="office_proposal_withdraw"),
]
