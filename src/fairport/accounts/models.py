from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff may do; a port officer's and a supervisor's role is bound to one port."""

    PORT_OFFICER = "port_officer", _("Port officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    SCHEDULER = "scheduler", _("Scheduler")
    OPERATOR = "operator", _("Operator")
    AUDITOR = "auditor", _("Auditor")
    OMBUDS = "ombuds", _("Ombuds")
    VETTING_OFFICER = "vetting_officer", _("Vetting officer")


PORT_ROLES = (Role.PORT_OFFICER, Role.SUPERVISOR)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Applicants have no account: their access code is enough."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "email": "work address of a member of staff",
        "full_name": "name of a member of staff",
    }

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # Given by an operator: it opens the page that sets an own one, and nothing else.
    password_is_temporary = models.BooleanField(default=False)
    date_joined = models.DateTimeField()
    # Part of what a session is bound to: raising it ends all of them.
    session_version = models.PositiveIntegerField(default=0)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's own binds a session to the password only.
        value = f"{self.password}:{self.session_version}"
        return salted_hmac("fairport.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()


class RoleGrant(models.Model):
    """A role given to a member of staff, for one port or for all; taken back by `revoked_at`, never removed."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    port = models.ForeignKey("ports.PortOfEntry", on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    # Two people, or nobody: then it was granted on the machine, by `fairport staff`.
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "port"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="accounts_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["port_officer", "supervisor"]) ^ Q(port__isnull=True),
                name="accounts_grant_port_where_needed",
                violation_error_message="Port officers and supervisors belong to one port; other roles to none.",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True, granted_by__isnull=True)
                | (
                    Q(proposed_by__isnull=False, granted_by__isnull=False)
                    & ~Q(proposed_by=F("granted_by"))
                    & ~Q(proposed_by=F("user"))
                    & ~Q(granted_by=F("user"))
                ),
                name="accounts_grant_by_two_others",
                violation_error_message="A role is proposed by one person and approved by another, never their own.",
            ),
        ]


class FailedSignIns(models.Model):
    """How often signing in failed on a (UTC) day, by the step that failed; nobody's address or name."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    class Step(models.TextChoices):
        PASSWORD = "password", _("E-mail or password")
        CODE = "code", _("Code of the app")
        RECOVERY = "recovery", _("Recovery code")
        PASSKEY = "passkey", _("Passkey")
        PROVIDER = "provider", _("Sign-in of your organization")

    day = models.DateField()
    step = models.CharField(max_length=10, choices=Step.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "step"], name="accounts_failures_once_a_day")]
