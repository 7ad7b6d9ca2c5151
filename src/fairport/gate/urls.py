from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.gate import views_gate, views_scans

urlpatterns: list[URLPattern | URLResolver] = [
    path("gate", views_gate.gate, name="office_gate"),
    path("gate/arrival", views_gate.arrival, name="office_gate_arrival"),
    path("gate/offline", views_gate.offline, name="office_gate_offline"),
    path("gate/worker.js", views_gate.worker, name="office_gate_worker"),
    path("gate/list", views_scans.day_list, name="office_gate_list"),
    path("gate/scans", views_scans.scans, name="office_gate_scans"),
    path("gate/conflicts", views_scans.conflicts, name="office_gate_conflicts"),
    path("gate/conflicts/<uuid:conflict_id>", views_scans.conflict, name="office_gate_conflict"),
]
