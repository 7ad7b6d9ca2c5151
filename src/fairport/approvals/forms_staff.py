"""Forms about members of staff: who is looked for, who comes, which role is proposed, why one ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.problems import TEXTS
from fairport.accounts.queries import NO_ROLE
from fairport.approvals.forms import ReasonField
from fairport.ports.queries import list_ports

UNREADABLE = {"null_characters_not_allowed": _("This has signs that cannot be read. Write it again.")}


class StaffFilterForm(forms.Form):
    person = forms.CharField(
        label=_("Name or address"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"max_length": _("Write less of the name."), **UNREADABLE},
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All")), *Role.choices, (NO_ROLE, _("Without a role"))]
    )
    port = forms.ChoiceField(label=_("Port"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[("name", _("Name")), ("role", _("Role")), ("port", _("Port")), ("since", _("Given last"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        port = self.fields["port"]
        assert isinstance(port, forms.ChoiceField)
        port.choices = [("", _("All")), *((each.code, each.name) for each in list_ports())]


class NewStaffForm(forms.Form):
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={
            "required": _("Write the full name."),
            "max_length": _("Write the name with 120 letters or fewer."),
            **UNREADABLE,
        },
    )
    email = forms.EmailField(
        label=_("Work e-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "dir": "ltr"}),
        error_messages={
            "required": _("Write the e-mail address."),
            "invalid": _("This is not a complete e-mail address."),
            "max_length": _("This address is too long."),
            **UNREADABLE,
        },
    )


class RoleForm(forms.Form):
    """A role and, for the roles of a port, its port."""

    role = forms.ChoiceField(label=_("Role"), error_messages={"required": _("Choose a role.")})
    port = forms.ChoiceField(
        label=_("Port"), required=False, help_text=_("For port officers and supervisors; others have none.")
    )
    reason = ReasonField(label=_("Why?"), help_text=_("Who decides about it reads this."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, port = self.fields["role"], self.fields["port"]
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(port, forms.ChoiceField)
        port.needed_sometimes = True  # type: ignore[attr-defined]
        role.choices = [("", _("Choose")), *Role.choices]
        port.choices = [("", _("No port")), *((each.code, each.name) for each in list_ports())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, port = cleaned.get("role"), cleaned.get("port")
        if role and (role in PORT_ROLES) != bool(port):
            self.add_error("port", forms.ValidationError(str(TEXTS["role_unfit"]), code="role_unfit"))
        return cleaned


class EndForm(forms.Form):
    """Why a role or an account ends, or opens again."""

    reason = ReasonField(label=_("Why?"), help_text=_("It stays in the record of events."))
