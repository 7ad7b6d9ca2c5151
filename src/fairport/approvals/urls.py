from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.approvals import views, views_actions, views_staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("approvals", views.proposals, name="office_approvals"),
    path("approvals/<uuid:proposal_id>", views.proposal, name="office_proposal"),
    path("approvals/<uuid:proposal_id>/approve", views.approve, name="office_proposal_approve"),
    path("approvals/<uuid:proposal_id>/decline", views.decline, name="office_proposal_decline"),
    path("approvals/<uuid:proposal_id>/withdraw", views.withdraw, name="office_proposal_withdraw"),
    path("staff", views_staff.people, name="office_staff"),
    path("staff/actions", views_actions.actions, name="office_actions"),
    path("staff/new", views_staff.new_account, name="office_staff_new"),
    path("staff/<int:user_id>", views_staff.person, name="office_person"),
    path("staff/<int:user_id>/roles/new", views_staff.propose, name="office_role_propose"),
    path("staff/<int:user_id>/roles/<int:grant_id>/end", views_staff.revoke, name="office_role_revoke"),
    path("staff/<int:user_id>/close", views_staff.close, name="office_account_close"),
    path("staff/<int:user_id>/reopen", views_staff.reopen, name="office_account_reopen"),
]
