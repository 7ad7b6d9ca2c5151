from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.approvals.forms import ReasonField


class ProposeForm(forms.Form):
    reason = ReasonField(label=_("Why?"), help_text=_("The second person reads this before they decide."))
