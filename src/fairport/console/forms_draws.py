from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.approvals.forms import ReasonField
from fairport.draws.models import DrawState


class HistoryForm(forms.Form):
    """Which draws are listed, and how."""

    programme = forms.ChoiceField(label=_("Programme"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), (DrawState.FROZEN, _("Not run yet")), (DrawState.RUN, _("Run"))],
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("latest", _("Latest first")),
            ("oldest", _("Oldest first")),
            ("most_people", _("Most people first")),
            ("fewest_people", _("Fewest people first")),
        ],
    )

    def __init__(self, *args: Any, programmes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = programmes


class ByHandForm(forms.Form):
    """Why an operator does what the worker does by itself."""

    reason = ReasonField(
        label=_("Why by hand?"), help_text=_("A second operator reads this and decides. It stays in the log for good.")
    )
