"""Addresses of the open data and of the ranking."""

from django.urls import path

from fairport.metros import views

urlpatterns = [
    path("data", views.data, name="data"),
    path("data/metros", views.ranking, name="metros"),
    path("data/metros/charts/<str:name>.svg", views.chart, name="metros_chart"),
    path("data/metros/files/<str:name>", views.file, name="metros_file"),
    path("data/metros/<str:cbsa_code>", views.area, name="metros_area"),
    path("data/metros/<str:cbsa_code>/charts/<str:name>.svg", views.area_chart, name="metros_area_chart"),
]
