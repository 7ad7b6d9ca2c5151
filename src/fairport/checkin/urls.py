from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.checkin import (
    views_case,
    views_correction,
    views_gate,
    views_home,
    views_port,
    views_records,
    views_review,
    views_safeguarding,
    views_search,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_home.home, name="office_home"),
    path("day", views_port.day, name="office_day"),
    path("bands/<int:slot_id>", views_port.band, name="office_band"),
    path("check", views_port.check, name="office_check"),
    path("cases/<uuid:appointment_id>", views_case.case, name="office_case"),
    path("cases/<uuid:appointment_id>/arrival", views_case.arrival, name="office_arrival"),
    path("cases/<uuid:appointment_id>/child", views_gate.add_child, name="office_add_child"),
    path("cases/<uuid:appointment_id>/interpreter", views_gate.interpreter, name="office_interpreter"),
    path(
        "cases/<uuid:appointment_id>/travelers/<uuid:traveler_id>/undo-arrival",
        views_gate.undo_arrival,
        name="office_undo_arrival",
    ),
    path(
        "cases/<uuid:appointment_id>/travelers/<uuid:traveler_id>/determination",
        views_case.determination,
        name="office_determination",
    ),
    path("find", views_search.find, name="office_find"),
    path("groups/<uuid:registration_id>", views_search.group, name="office_group"),
    path(
        "groups/<uuid:registration_id>/travelers/<uuid:traveler_id>/correction",
        views_correction.correction,
        name="office_correction",
    ),
    path("second-looks", views_review.queue, name="office_second_looks"),
    path("second-looks/<uuid:determination_id>", views_review.review, name="office_review"),
    path("safeguarding", views_safeguarding.cases, name="office_safeguarding"),
    path("safeguarding/<uuid:case_id>", views_safeguarding.read_case, name="office_safeguarding_case"),
    path("slots", views_records.slots, name="office_slots"),
    path("operations", views_records.running, name="office_operations"),
    path("events", views_records.events, name="office_events"),
]
