"""The page on which an officer corrects who a traveler is."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.queries import latest_appointment
from fairport.checkin import operations, queries
from fairport.checkin.case_page import REASON_KEY, has_reason, problem, render_case
from fairport.checkin.files import CaseTraveler
from fairport.checkin.forms import TEXTS
from fairport.clock.queries import now
from fairport.formkit.fields import MemorableDateField
from fairport.registrations.correcting import (
    CorrectedMeanwhile,
    CorrectionInvalid,
    Identity,
    NothingToCorrect,
    identity_of,
    version_of,
)
from fairport.registrations.countries import country_names
from fairport.registrations.models import Registration, Traveler
from fairport.registrations.submission import DocumentInUse
from fairport.sealing.box import SealBroken

# The status of the answer to each.
REFUSALS: Final[dict[type[Exception], int]] = {
    operations.OwnCase: 403,
    CorrectedMeanwhile: 409,
    NothingToCorrect: 409,
    DocumentInUse: 409,
    SealBroken: 409,
}
_UNREADABLE_DATE: Final = dict.fromkeys(
    ("incomplete", "not_a_number", "year_digits", "invalid"), TEXTS["birth_date_invalid"]
)


class CorrectionForm(forms.Form):
    given_names = forms.CharField(
        label=gettext_lazy("Given names"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    family_names = forms.CharField(
        label=gettext_lazy("Family names"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = MemorableDateField(
        label=gettext_lazy("Birth date"),
        help_text=gettext_lazy("Day, month, year. For example: 28 4 1986"),
        error_messages={"required": TEXTS["birth_date_required"], **_UNREADABLE_DATE},
    )
    nationality = forms.ChoiceField(
        label=gettext_lazy("Nationality"),
        error_messages={"required": TEXTS["nationality_unknown"], "invalid_choice": TEXTS["nationality_unknown"]},
    )
    document_number = forms.CharField(
        label=gettext_lazy("Passport or identity card number"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What you saw that shows it. The group can read this."),
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": TEXTS["reason_too_short"]},
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["nationality"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(country_names(language=get_language() or "en"))
        # An empty name has its own words, which the operation finds.
        for name in ("given_names", "family_names"):
            self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]

    def identity(self) -> Identity:
        """Who the traveler is, as typed."""
        return Identity(
            given_names=self.cleaned_data["given_names"],
            family_names=self.cleaned_data["family_names"],
            birth_date=self.cleaned_data["birth_date"],
            nationality=self.cleaned_data["nationality"],
            document_number=self.cleaned_data["document_number"] or None,
        )


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(
    request: HttpRequest, member: StaffMember, registration_id: uuid.UUID, traveler_id: uuid.UUID
) -> HttpResponse:
    """What is written about somebody, to be corrected with a reason."""
    if not has_reason(request):
        return HttpResponseRedirect(reverse("office_group", args=[registration_id]))
    form = CorrectionForm(request.POST) if request.method == "POST" else None
    problems: dict[str, Any] = {}
    status = 400 if form is not None else 200
    if form is not None and form.is_valid():
        try:
            operations.correct_traveler(
                traveler_id=_traveler_of(registration_id, traveler_id).pk,
                identity=form.identity(),
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                officer=member.user,
                at=now(),
            )
        except operations.OtherPort as refusal:
            return refuse_staff(request, member, code=refusal.code)
        except CorrectionInvalid as refusal:
            for found in refusal.problems:
                form.add_error(found.field, str(TEXTS[found.code]))
        except operations.CorrectionReasonInvalid as refusal:
            form.add_error("reason", str(TEXTS[refusal.problem]))
        except tuple(REFUSALS) as refusal:
            problems, status = problem(refusal.code), REFUSALS[type(refusal)]  # type: ignore[attr-defined]
        else:
            messages.success(request, _("The correction was recorded, and the group can read it."))
            return HttpResponseRedirect(_way_back(member, registration_id))
    return _render(request, member, registration_id, traveler_id, form, problems, status)


def _render(
    request: HttpRequest,
    member: StaffMember,
    registration_id: uuid.UUID,
    traveler_id: uuid.UUID,
    form: CorrectionForm | None,
    problems: dict[str, Any],
    status: int,
) -> HttpResponse:
    try:
        opened = operations.open_group_file(
            registration_id=registration_id, officer=member.user, reason=request.session[REASON_KEY], at=now()
        )
    except Registration.DoesNotExist as error:
        raise Http404 from error
    except operations.OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    found: CaseTraveler | None = next((each for each in opened.travelers if each.id == traveler_id), None)
    if found is None:
        raise Http404
    if found.person is None:
        return render_case(request, member, opened, code=SealBroken.code)
    identity = identity_of(found.person)
    if form is None:
        version = version_of(traveler=_traveler_of(registration_id, traveler_id))
        initial = {field: getattr(identity, field) for field in Identity.__dataclass_fields__}
        form = CorrectionForm(initial=initial | {"version": version})
    context = {
        "back_href": _way_back(member, registration_id),
        "name": f"{identity.given_names} {identity.family_names}",
        "form": form,
        **problems,
    }
    return render_office(request, member, "office/correction.html", context, status=status)


def _way_back(member: StaffMember, registration_id: uuid.UUID) -> str:
    """To the case at the gate for its own officers, else to the group's file."""
    appointment = latest_appointment(registration_id=registration_id)
    if appointment is not None and member.role_at(appointment.slot.port_id, *PORT_ROLES):
        return reverse("office_case", args=[appointment.pk])
    return reverse("office_group", args=[registration_id])


def _traveler_of(registration_id: uuid.UUID, traveler_id: uuid.UUID) -> Traveler:
    traveler = queries.find_traveler(registration_id=registration_id, traveler_id=traveler_id)
    if traveler is None:
        raise Http404
    return traveler
