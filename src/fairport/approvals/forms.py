from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.approvals.kinds import all_kinds
from fairport.approvals.models import ProposalState
from fairport.approvals.operations import LONGEST_REASON, SHORTEST_REASON
from fairport.approvals.problems import TEXTS


class ReasonField(forms.CharField):
    """Why something is proposed or declined, in words."""

    def __init__(self, **options: Any) -> None:
        unfit: Any = TEXTS["proposal_reason_unfit"]
        super().__init__(
            min_length=SHORTEST_REASON,
            max_length=LONGEST_REASON,
            widget=forms.Textarea({"rows": 3}),
            error_messages={"required": unfit, "min_length": unfit, "max_length": unfit},
            **options,
        )


class DeclineForm(forms.Form):
    reason = ReasonField(
        label=_("Why not?"), help_text=_("Who proposed it reads this. Write no more about travelers than is needed.")
    )


class FilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("What"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state, kind = self.fields["state"], self.fields["kind"]
        assert isinstance(state, forms.ChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        state.choices = [*ProposalState.choices, ("all", _("All"))]
        kind.choices = [("", _("Everything")), *((each.name, each.label) for each in all_kinds())]
