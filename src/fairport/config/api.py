"""The JSON interface: one document, routers from the rooms that own the calls."""

from __future__ import annotations

from ninja import NinjaAPI

from fairport.applicant.api import router as applicant_router
from fairport.transparency.api import router as public_router

api = NinjaAPI(
    title="Fairport",
    version="1",
    urls_namespace="api",
    description="Public appointments given out by a draw that anyone can check.",
    docs_url=None,
)
api.add_router("", applicant_router)
api.add_router("", public_router)
