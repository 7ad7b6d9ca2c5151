from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fairport.accounts"
    label = "accounts"
