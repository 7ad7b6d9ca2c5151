from django.apps import AppConfig


class ApplicantConfig(AppConfig):
    name = "fairport.applicant"
    label = "applicant"
