"""Every address of Fairport. Who may call it is declared on the view (accounts/access.py); a test walks them all."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from fairport.accounts.access import public
from fairport.config.api import api_urls
from fairport.config.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language", public(set_language), name="set_language"),
    path("api/v1/", include("fairport.transparency.log_urls")),
    path("api/v1/", api_urls),
    path("office/", include("fairport.accounts.urls")),
    path("office/", include("fairport.approvals.urls")),
    path("office/", include("fairport.checkin.urls")),
    path("office/", include("fairport.console.urls")),
    path("office/", include("fairport.capacity.urls")),
    path("office/", include("fairport.oversight.urls")),
    path("office/", include("fairport.complaints.urls")),
    path("office/", include("fairport.facts.urls")),
    path("office/", include("fairport.walkins.urls")),
    path("office/", include("fairport.closing.urls")),
    path("office/", include("fairport.placements.urls")),
    path("office/", include("fairport.exports.urls")),
    path("office/", include("fairport.gate.urls")),
    path("", include("fairport.notifications.urls")),
    path("", include("fairport.transparency.urls")),
    path("", include("fairport.metros.urls")),
    path("", include("fairport.applicant.urls")),
]

handler400 = "fairport.config.errors.bad_request"
handler403 = "fairport.config.errors.forbidden"
handler404 = "fairport.config.errors.not_found"
handler500 = "fairport.config.errors.server_error"
