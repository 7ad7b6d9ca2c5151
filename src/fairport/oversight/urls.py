from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.oversight import views_signals, views_watch

urlpatterns: list[URLPattern | URLResolver] = [
    path("watch", views_watch.watch, name="office_watch"),
    path("watch/signals", views_signals.signals, name="office_signals"),
    path("watch/signals/<int:signal_id>", views_signals.signal, name="office_signal"),
    path("watch/signals/<int:signal_id>/open", views_signals.open_files, name="office_signal_open"),
    path("watch/signals/<int:signal_id>/review", views_signals.review, name="office_signal_review"),
]
