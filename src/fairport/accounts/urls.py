from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.accounts import views_sign_in as views

# The names are allauth's: its own redirects find them by name.
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in", views.login, name="account_login"),
    path("sign-in/code", views.authenticate, name="mfa_authenticate"),
    path("sign-out", views.logout, name="account_logout"),
    path("closed", views.inactive, name="account_inactive"),
    path("my-sign-in", views.overview, name="mfa_index"),
    path("my-sign-in/app", views.set_up, name="mfa_activate_totp"),
    path("my-sign-in/recovery-codes", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("my-sign-in/recovery-codes/new", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("my-sign-in/password", views.own_password, name="account_change_password"),
    path("my-sign-in/again", views.password_again, name="account_reauthenticate"),
    path("my-sign-in/again/code", views.code_again, name="mfa_reauthenticate"),
]
