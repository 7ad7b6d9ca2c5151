"""What the status page says: the state in words, the offer, the appointment, the draws, and what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role
from fairport.applicant.draw_story import story_of
from fairport.applicant.ending import ending_of
from fairport.applicant.places import traveler_zone
from fairport.applicant.times import format_band, format_day_of, format_moment
from fairport.applicant.verified_reasons import verified_reasons, what_it_means
from fairport.applicant.waiting import wait_of
from fairport.appointments.models import Appointment, Offer
from fairport.appointments.queries import current_appointment, current_offer, undo_until
from fairport.audit.events import Subject
from fairport.audit.queries import has_receipt
from fairport.checkin.correcting import corrections_of
from fairport.checkin.models import Outcome
from fairport.checkin.openings import openings_of
from fairport.checkin.queries import Decision, decisions_of
from fairport.checkin.words import CRITERIA
from fairport.domain.policy import Policy
from fairport.domain.transitions import TRANSITIONS, Event, Status
from fairport.draws.queries import SubjectDraw, draws_of_subject, next_draw_time
from fairport.facts.rules import OPEN_STATUSES
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.queries import list_ports
from fairport.ports.suspensions import shut_ports
from fairport.programmes.queries import NoPolicyInForce, policy_in_force, policy_of_version
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.interpreters import describe_wish
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_contact, open_interpreter

DRAWS_SHOWN = 10
OPENINGS_SHOWN = 50
CORRECTIONS_SHOWN = 20
IDENTITY_FIELDS: dict[str, Promise] = {
    "given_names": _("Given names"),
    "family_names": _("Family names"),
    "birth_date": _("Birth date"),
    "nationality": _("Nationality"),
    "document_number": _("Passport or identity card number"),
}


@dataclass(frozen=True, slots=True)
class StatusWords:
    """A state as a person reads it: tag colour, heading, what it means, what to do."""

    kind: str
    heading: Promise
    meaning: Promise


WORDS: dict[str, StatusWords] = {
    Status.WAITING: StatusWords(
        "info", _("You are waiting"), _("You are in every draw. You do not need to do anything each day.")
    ),
    Status.OFFERED: StatusWords(
        "warn", _("A place is offered to you"), _("Say yes or no in time. Without an answer the place is lost.")
    ),
    Status.CONFIRMED: StatusWords(
        "ok", _("You have an appointment"), _("Go to the port at the time below. Take your pass with you.")
    ),
    Status.LAPSED: StatusWords(
        "stop",
        _("Your registration is not in the draw now"),
        _(
            "We did not hear from you in time. Renew it to be in the draws again. "
            "You keep the date when you registered."
        ),
    ),
    Status.NO_SHOW: StatusWords(
        "stop",
        _("You missed your appointment"),
        _("You lose nothing. Ask to be in the draws again. You keep the date when you registered."),
    ),
    Status.ARRIVED: StatusWords("ok", _("You arrived at the port"), _("An officer talks with you and decides.")),
    Status.DETERMINED: StatusWords(
        "neutral", _("An officer has decided"), _("Read below what was decided, why, and what you can do now.")
    ),
    Status.WITHDRAWN: StatusWords("neutral", _("You withdrew this registration"), _("It is in no draw any more.")),
}


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """A decision as a person reads it: tag colour, what it means, what to do now."""

    kind: str
    meaning: Promise
    next: Promise


DECISIONS: dict[str, DecisionWords] = {
    Outcome.EXEMPTED: DecisionWords(
        "ok",
        _("A criterion is met. This person may go on at the port."),
        _("Stay with the officers at the port. They tell you what comes next."),
    ),
    Outcome.NOT_EXEMPTED: DecisionWords(
        "stop",
        _("No criterion is met, so this person gets no exemption now."),
        _(
            "If you think that this is wrong, ask for a supervisor of the port: a supervisor can put another decision"
            " in its place. If something changes, for example your health, you can register again. It is free."
        ),
    ),
    Outcome.REFERRED: DecisionWords(
        "info",
        _("Somebody else has to see this person first, for example a doctor."),
        _("Ask the officers at the port where to go now, and when."),
    ),
}
BEING_DECIDED = DecisionWords(
    "neutral",
    _("An officer is still deciding about this person."),
    _("Look here again later. If you gave an e-mail address, we write to you when it is done."),
)

# Until the clock's next tick a place whose time is over still makes the registration an offered one.
TIME_OVER = StatusWords(
    "stop",
    _("The time to answer is over"),
    _("The place goes back to the draw. In a few minutes you can renew your registration here. You lose nothing."),
)

OUTCOMES: dict[str, tuple[str, Promise]] = {
    "offer": ("ok", _("A place was offered to you")),
    "rain_check": ("info", _("No place big enough for your group. You come first in the next draw")),
    "not_selected": ("neutral", _("No place this time")),
    "void": ("neutral", _("The place could not be given to you any more")),
    "": ("neutral", _("Not drawn yet")),
}


def status_context(*, registration: Registration, at: datetime) -> dict[str, Any]:
    """Everything that the status page and its questions show."""
    policy = policy_for(registration, at)
    state = open_contact(registration=registration).state
    ports = {port.code: port for port in list_ports()}
    offer = current_offer(registration_id=registration.pk, at=at)
    appointment = current_appointment(registration_id=registration.pk)
    home_zone = _zone(ports[registration.ports[0]], state)
    status = Status(registration.status)
    until = undo_until(registration=registration, at=at)
    draws = draws_of_subject(subject_id=registration.pk, limit=DRAWS_SHOWN)
    days = max(0, (at - registration.registered_at).days)
    return {
        "registration": registration,
        "ending": ending_of(programme=registration.programme_id, at=at),
        "words": TIME_OVER if status is Status.OFFERED and offer is None else WORDS[status],
        "ports": [ports[code].name for code in registration.ports],
        "interpreter": describe_wish(open_interpreter(registration=registration)),
        "registered": format_moment(registration.registered_at, home_zone),
        "waited": waited_text(days),
        "renew_by": format_day_of(registration.last_sign_of_life_at + policy.renewal_period, home_zone),
        "next_draw_day": format_day_of(
            next_draw_time(programme=registration.programme_id, rules=policy.draw, at=at), home_zone
        ),
        "renewal_days": policy.renewal_period.days,
        "offer": None if offer is None else offer_view(offer, state),
        "appointment": None if appointment is None else appointment_view(appointment, state),
        "decisions": [decision_view(decision, home_zone) for decision in decisions_of(registration=registration)],
        "verified": verified_reasons(registration=registration, at=at, zone=home_zone),
        "verified_means": what_it_means(registration=registration, policy=policy, at=at)
        if status in OPEN_STATUSES
        else [],
        "draws": [draw_view(draw, home_zone, registration.ports, ports) for draw in draws],
        "has_log_receipt": has_receipt(
            subject=Subject("registration", str(registration.pk)), name=RegistrationSubmitted.name
        ),
        "openings": openings_view(registration, {code: port.name for code, port in ports.items()}, home_zone),
        "corrections": corrections_view(registration, {code: port.name for code, port in ports.items()}, home_zone),
        "wait": wait_of(registration=registration, at=at),
        "is_waiting": status is Status.WAITING,
        "taken_back": taken_back_view(registration, offer or appointment, ports, at),
        "may_renew": status in (Status.LAPSED, Status.NO_SHOW),
        "may_withdraw": (status, Event.WITHDRAWN) in TRANSITIONS,
        "undo_until": None if until is None else format_moment(until, home_zone),
        "undo_hours": int(policy.withdrawal_undo.total_seconds()) // 3600,
        "declines_allowed": policy.draw.declines_before_lottery_only,
    }


def taken_back_view(
    registration: Registration, held: Offer | Appointment | None, ports: Mapping[str, PortOfEntry], at: datetime
) -> dict[str, object]:
    """What a group reads of ports that are closed and of places that were taken back or moved.

    `closed` are its ports without any places; `goes_first`: it is owed a place and waits for it.
    """
    is_waiting = registration.status == Status.WAITING
    shut = shut_ports(programme=registration.programme_id, at=at)
    return {
        "goes_first": is_waiting and registration.displaced_at is not None,
        "is_moved": registration.displaced_at is not None and held is not None and held.moved_at is not None,
        "closed": [ports[code].name for code in registration.ports if code in shut] if is_waiting else [],
        "all_closed": shut.issuperset(registration.ports),
    }


def waited_text(days: int) -> str:
    """How long ago somebody registered."""
    if days == 0:
        return gettext("Today")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def offer_view(offer: Offer, state: str | None) -> dict[str, Any]:
    """The offered place and until when it is kept, by the port's clock and by the traveler's."""
    return {
        "id": offer.pk,
        "size": offer.size,
        **slot_view(offer.slot, state),
        "expires_port": format_moment(offer.expires_at, offer.slot.port.timezone),
        "expires_traveler": format_moment(offer.expires_at, _zone(offer.slot.port, state)),
        "moved_from": _former_place(offer),
    }


def appointment_view(appointment: Appointment, state: str | None) -> dict[str, Any]:
    """The confirmed place; `is_booked` while it can still be given back."""
    return {
        "confirmation_number": appointment.confirmation_number,
        "size": appointment.people,
        "is_booked": appointment.state == "booked",
        "moved_from": _former_place(appointment),
        **slot_view(appointment.slot, state),
    }


def slot_view(slot: AppointmentSlot, state: str | None) -> dict[str, str]:
    """Where and when, by both clocks."""
    return {
        "port": slot.port.name,
        "address": slot.port.address,
        "port_time": format_band(slot.starts_at, slot.ends_at, slot.port.timezone),
        "traveler_time": format_band(slot.starts_at, slot.ends_at, _zone(slot.port, state)),
    }


def decision_view(decision: Decision, zone: str) -> dict[str, object]:
    """What was decided about one traveler, why, what it means and what to do; or that it is being decided."""
    words = BEING_DECIDED if decision.outcome is None else DECISIONS[decision.outcome]
    return {
        "name": f"{decision.given_names} {decision.family_names}",
        "kind": words.kind,
        "outcome": _("Being decided") if decision.outcome is None else decision.outcome.label,
        "is_decided": decision.outcome is not None,
        "meaning": words.meaning,
        "next": words.next,
        "criterion": CRITERIA[decision.criterion] if decision.criterion else "",
        "reason": decision.reason,
        "had_second_look": decision.had_second_look,
        "when": "" if decision.effective_at is None else format_moment(decision.effective_at, zone),
    }


def openings_view(registration: Registration, ports: Mapping[str, str], zone: str) -> dict[str, object]:
    """How often the file was opened, and by day, role and port the latest times, newest first."""
    openings = openings_of(registration=registration, limit=OPENINGS_SHOWN)
    roles = dict(Role.choices)
    lines = [
        (
            format_day_of(each.at, zone),
            str(roles.get(each.role, each.role)),
            ports.get(each.port, each.port) or gettext("all ports"),
        )
        for each in openings.latest
    ]
    return {
        "count": openings.count,
        "lines": [
            {"day": day, "role": role, "port": port, "times": len(list(alike))}
            for (day, role, port), alike in groupby(lines)
        ],
        "is_all": openings.count <= OPENINGS_SHOWN,
    }


def corrections_view(registration: Registration, ports: Mapping[str, str], zone: str) -> list[dict[str, object]]:
    """What officers corrected about the people of the group, what stood there before, and why; newest first."""
    roles = dict(Role.choices)
    return [
        {
            "when": format_moment(each.at, zone),
            "fields": [
                {"label": IDENTITY_FIELDS[field], "before": value or gettext("Nothing")}
                for field, value in each.before.items()
            ],
            "reason": each.reason,
            "role": roles.get(each.role, each.role),
            "port": ports.get(each.port, each.port),
        }
        for each in corrections_of(registration=registration, limit=CORRECTIONS_SHOWN)
    ]


def draw_view(
    draw: SubjectDraw, zone: str, codes: Sequence[str], ports: Mapping[str, PortOfEntry]
) -> dict[str, object]:
    """One draw of the past days, what came out for this group, and why."""
    kind, text = OUTCOMES[draw.outcome or ""]
    address = draw.draw_id.replace("/", "_")
    return {
        "href": f"/draws/{address}",
        "address": address,
        "entry_id": draw.entry_id,
        "why": story_of(draw=draw, ports=codes, names={code: port.name for code, port in ports.items()}),
        "day": format_moment(draw.draw_time, zone),
        "kind": kind,
        "outcome": text,
    }


def policy_for(registration: Registration, at: datetime) -> Policy:
    """The rules now; once the programme has ended, those under which the group registered."""
    try:
        return policy_in_force(programme=registration.programme_id, on=at.date()).policy
    except NoPolicyInForce:
        return policy_of_version(version_id=registration.policy_version_id).policy


def _former_place(held: Offer | Appointment) -> str:
    """Where and when the place was before it was moved, by that port's clock; empty if it was not moved."""
    before = held.moved_from
    if before is None:
        return ""
    return f"{before.port.name}, {format_band(before.starts_at, before.ends_at, before.port.timezone)}"


def _zone(port: PortOfEntry, state: str | None) -> str:
    return traveler_zone(state=state, port_code=port.code, across_zone=port.traveler_timezone)
