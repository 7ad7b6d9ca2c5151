from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.capacity import views_calendar, views_change

urlpatterns: list[URLPattern | URLResolver] = [
    path("capacity", views_calendar.calendar, name="office_capacity"),
    path("capacity/<str:port_code>/days/<str:written>", views_calendar.day, name="office_capacity_day"),
    path("capacity/<str:port_code>/plan", views_calendar.plan, name="office_capacity_plan"),
    path("capacity/<str:port_code>/plan/change", views_change.change_plan, name="office_capacity_change_plan"),
    path("capacity/<str:port_code>/change", views_change.change_days, name="office_capacity_change"),
]
