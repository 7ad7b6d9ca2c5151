"""Django's settings. Everything that differs between two machines comes from the environment (docs/operations.md)."""

from __future__ import annotations

import secrets

from fairport.config import env
from fairport.config.database import connection_parameters
from fairport.config.oidc import oidc_settings, providers
from fairport.config.paths import PACKAGE, var_folder
from fairport.domain.beacon import QUICKNET_PUBLIC_KEY
from fairport.sealing.keyring import django_secret_key

VAR = var_folder()

# A demonstration has a clock of its own and accounts whose secrets are printed: never on a public host.
DEMO = env.flag("FAIRPORT_DEMO")
DEBUG = env.flag("FAIRPORT_DEBUG")
KEYRING = env.path("FAIRPORT_KEYRING", default=VAR / "keyring.json")
# The logs' public form: a name for ever, the folder of their tiles, and the file of the witnesses' public keys.
LOG_NAME = env.text("FAIRPORT_LOG_NAME")
LOG_FOLDER = env.path("FAIRPORT_LOG_FOLDER", default=VAR / "log")
WITNESSES = env.text("FAIRPORT_WITNESSES")
# Where a draw's randomness comes from unless the command says otherwise. A demonstration has a clock of its own, and
# no beacon keeps to that.
DRAW_BEACON = env.choice("FAIRPORT_DRAW_BEACON", default="local" if DEMO else "drand", choices=("drand", "local"))
DRAND_RELAYS = env.words(
    "FAIRPORT_DRAND_RELAYS",
    default=(
        "https://api.drand.sh",
        "https://api2.drand.sh",
        "https://api3.drand.sh",
        "https://drand.cloudflare.com",
    ),
)
# No variable: only the tests put another key here, and a system check refuses it anywhere else.
DRAND_PUBLIC_KEY = QUICKNET_PUBLIC_KEY
SECRET_KEY = django_secret_key(KEYRING) or secrets.token_urlsafe(48)
ALLOWED_HOSTS = env.words("FAIRPORT_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("FAIRPORT_ORIGINS")
# The site's own address, for links in messages.
PUBLIC_ADDRESS = env.text("FAIRPORT_PUBLIC_ADDRESS", default="http://127.0.0.1:8000").rstrip("/")
# Whom a person may turn to besides those who run this: a line of text, shown where the pages name the ombuds office.
OMBUDS_CONTACT = env.text("FAIRPORT_OMBUDS_CONTACT")
# How long a closed complaint can still be read before it is erased.
COMPLAINT_DAYS = env.integer("FAIRPORT_COMPLAINT_DAYS", default=180, low=30, high=3650)
# From how many registrations on something that they share, or that one person filed, is a signal for a person.
SIGNAL_CONTACTS = env.integer("FAIRPORT_SIGNAL_CONTACTS", default=5, low=2, high=10_000)
SIGNAL_DOCUMENTS = env.integer("FAIRPORT_SIGNAL_DOCUMENTS", default=3, low=2, high=10_000)
SIGNAL_FILED = env.integer("FAIRPORT_SIGNAL_FILED", default=100, low=2, high=1_000_000)
# The folder with the Census files of the ranking of metropolitan areas; without one, the fifteen that ship are shown.
METROS_DIR = env.text("FAIRPORT_METROS_DIR")
# How many reverse proxies stand in front: the client's address is read from X-Forwarded-For only that deep.
TRUSTED_PROXIES = env.integer("FAIRPORT_TRUSTED_PROXIES", default=0, low=0, high=5)
HTTPS = env.flag("FAIRPORT_HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "fairport.clock",
    "fairport.sealing",
    "fairport.audit",
    "fairport.ports",
    "fairport.programmes",
    "fairport.accounts",
    "fairport.approvals",
    "fairport.notifications",
    "fairport.registrations",
    "fairport.draws",
    "fairport.facts",
    "fairport.appointments",
    "fairport.capacity",
    "fairport.checkin",
    "fairport.console",
    "fairport.oversight",
    "fairport.complaints",
    "fairport.walkins",
    "fairport.closing",
    "fairport.placements",
    "fairport.exports",
    "fairport.gate",
    "fairport.applicant",
    "fairport.transparency",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # After the language is known, because it answers with a page, and before anything reads the body.
    "fairport.config.middleware.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "fairport.config.urls"
WSGI_APPLICATION = "fairport.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fairport.config.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "fairport.formkit.renderer.UswdsFormRenderer"

DATABASES = {"default": connection_parameters(env.text("FAIRPORT_DATABASE_AS", default="app"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# No request of ours needs a statement of minutes; a stuck one must not hold a place.
ATOMIC_REQUESTS = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "fairport_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000
if env.flag("FAIRPORT_PSEUDO_LANGUAGE"):
    # A generated right-to-left language: shows texts that escape translation and layouts that do not mirror.
    LANGUAGES.append(("ar-xb", "[!! Pseudo !!]"))
    LOCALE_PATHS.insert(0, VAR / "locale")
LANGUAGES_BIDI = ["ar", "ar-xb", "fa", "he", "ur"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_COOKIE_NAME = "fairport_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "fairport_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "fairport.config.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
MAX_BODY_BYTES = 256 * 1024

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/office/"
LOGOUT_REDIRECT_URL = "/office/"
ACCOUNT_ADAPTER = "fairport.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey signs in without the password, so its device must have asked for a PIN, a finger or a face. Required for
# every use: a challenge that was made for less could otherwise be answered on the page that asks for more.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "fairport.accounts.forms.SignInForm",
    "reauthenticate": "fairport.accounts.forms.PasswordAgainForm",
    "change_password": "fairport.accounts.forms.OwnPasswordForm",
}
MFA_ADAPTER = "fairport.accounts.second_factor.StaffMFAAdapter"
MFA_FORMS = {
    "authenticate": "fairport.accounts.forms.CodeForm",
    "reauthenticate": "fairport.accounts.forms.CodeAgainForm",
    "activate_totp": "fairport.accounts.forms.SetUpForm",
    "authenticate_webauthn": "fairport.accounts.forms_passkey.PasskeyForm",
    "reauthenticate_webauthn": "fairport.accounts.forms_passkey.PasskeyAgainForm",
    "login_webauthn": "fairport.accounts.forms_passkey.PasskeySignInForm",
    "add_webauthn": "fairport.accounts.forms_passkey.NewPasskeyForm",
    "edit_webauthn": "fairport.accounts.forms_passkey.PasskeyNameForm",
}
MFA_TOTP_ISSUER = "Fairport"
# The organization's own sign-in, beside ours; empty without one.
OIDC = oidc_settings()
SOCIALACCOUNT_ADAPTER = "fairport.accounts.oidc.StaffSocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS = providers(OIDC)
# One period early or late: a phone's clock is never exact, and a code takes time to type.
MFA_TOTP_TOLERANCE = 1
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# Only the limits on signing in and the used codes are in it; all server processes must share them.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"}}

# The periodic work is not part of one room; the rooms' own tasks are found by name.
PROCRASTINATE_IMPORT_PATHS = ["fairport.config.tasks"]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("FAIRPORT_SMTP_HOST", default="")
EMAIL_PORT = env.integer("FAIRPORT_SMTP_PORT", default=25, low=1, high=65_535)
EMAIL_HOST_USER = env.text("FAIRPORT_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("FAIRPORT_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("FAIRPORT_SMTP_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("FAIRPORT_MAIL_FROM", default="Fairport <no-reply@fairport.invalid>")

LOGGING_CONFIG = "fairport.config.logs.configure"
# Django calls the function above only when there is something to hand over.
LOGGING: dict[str, object] = {"version": 1}
