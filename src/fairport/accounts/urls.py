from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.accounts import views_own, views_sign_in

# The names are allauth's: its own redirects find them by name.
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in", views_sign_in.login, name="account_login"),
    path("sign-in/code", views_sign_in.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey", views_sign_in.passkey_sign_in, name="mfa_login_webauthn"),
    path("sign-in/provider", views_sign_in.provider, name="provider_sign_in"),
    path("sign-in/provider/back", views_sign_in.provider_back, name="provider_callback"),
    path("sign-out", views_sign_in.logout, name="account_logout"),
    path("closed", views_sign_in.inactive, name="account_inactive"),
    path("my-sign-in", views_own.overview, name="mfa_index"),
    path("my-sign-in/app", views_own.set_up, name="mfa_activate_totp"),
    path("my-sign-in/passkeys/new", views_own.new_passkey, name="mfa_add_webauthn"),
    path("my-sign-in/passkeys/<int:pk>/name", views_own.passkey_name, name="mfa_edit_webauthn"),
    path("my-sign-in/factors/<int:pk>/remove", views_own.remove_factor, name="own_factor_remove"),
    path("my-sign-in/recovery-codes", views_own.recovery_codes, name="mfa_view_recovery_codes"),
    path("my-sign-in/recovery-codes/new", views_own.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("my-sign-in/password", views_own.own_password, name="account_change_password"),
    path("my-sign-in/other-sessions", views_own.end_other_sessions, name="own_sessions_end"),
    path("my-sign-in/again", views_sign_in.password_again, name="account_reauthenticate"),
    path("my-sign-in/again/code", views_sign_in.code_again, name="mfa_reauthenticate"),
    path("my-sign-in/again/passkey", views_sign_in.passkey_again, name="mfa_reauthenticate_webauthn"),
]
