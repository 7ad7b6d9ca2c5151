"""What officials verified about a group, and what that means for it in the next draws, in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairport.applicant.times import format_day_of
from fairport.domain.policy import Policy
from fairport.domain.standing import Standing, TierRules, standing
from fairport.facts.models import Place, VerifiedFact
from fairport.facts.operations import open_words
from fairport.facts.queries import facts_of, facts_that_hold
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_travelers
from fairport.registrations.words import CRITERIA

STATES: dict[str, tuple[str, Promise]] = {
    "holds": ("ok", gettext_lazy("Verified")),
    "ended": ("neutral", gettext_lazy("No longer valid")),
    "withdrawn": ("stop", gettext_lazy("Taken back by a supervisor")),
}


@dataclass(frozen=True, slots=True)
class VerifiedReason:
    """One verified reason of a traveler, as the status page shows it."""

    traveler: str
    criterion: Promise
    kind: str
    state: Promise
    where: Promise
    verified: str
    until: str


def verified_reasons(*, registration: Registration, at: datetime, zone: str) -> list[VerifiedReason]:
    """What was verified of the group's travelers, the latest first; at most two queries.

    Raises SealBroken once the people were erased.
    """
    facts = facts_of(registration_id=registration.pk)
    names = _names(registration) if facts else {}
    reasons = []
    for fact in facts:
        kind, state = STATES[_state_of(fact, at)]
        reasons.append(
            VerifiedReason(
                traveler=names[fact.traveler_id],
                criterion=CRITERIA[fact.criterion],
                kind=kind,
                state=state,
                where=Place(fact.where).label,
                verified=format_day_of(fact.approved_at, zone),
                until=format_day_of(fact.valid_until, zone),
            )
        )
    return reasons


@dataclass(frozen=True, slots=True)
class HeldReason:
    """All that is held about a verified reason, with the officials' words."""

    traveler: str
    criterion: str
    where: str
    words: str
    verified_at: datetime
    valid_until: datetime
    taken_back_at: datetime | None
    taken_back_words: str | None


def held_reasons(*, registration: Registration) -> list[HeldReason]:
    """Every verified reason of the group's travelers, the latest first, opened; at most two queries.

    Raises SealBroken once the people were erased.
    """
    facts = facts_of(registration_id=registration.pk)
    names = _names(registration) if facts else {}
    return [
        HeldReason(
            traveler=names[fact.traveler_id],
            criterion=fact.criterion,
            where=fact.where,
            words=open_words(sealed=fact.sealed, traveler_id=fact.traveler_id, registration=registration),
            verified_at=fact.approved_at,
            valid_until=fact.valid_until,
            taken_back_at=fact.withdrawn_at,
            taken_back_words=None
            if fact.sealed_withdrawal is None
            else open_words(sealed=fact.sealed_withdrawal, traveler_id=fact.traveler_id, registration=registration),
        )
        for fact in facts
    ]


def what_it_means(*, registration: Registration, policy: Policy, at: datetime) -> list[str]:
    """What verified reasons do in the next draws of this policy, as sentences; nothing where there is nothing to say.

    Where a policy has tiers it is told to everyone who waits, since nobody can ask for what they do not know.
    """
    facts = facts_that_hold(registration_id=registration.pk, at=at)
    if not policy.tiers.rules:
        if not facts:
            return []
        return [
            _("In this programme a verified reason does not change the draw: every group has the same chance."),
            _("Officers at the port see it, so that you do not have to show it again."),
        ]
    # Who is owed a place goes before all levels, which the page says elsewhere.
    owed = registration.displaced_at is not None
    sentences = [] if owed else sentences_about(standing(facts=facts, rules=policy.tiers), policy.tiers)
    sentences.append(_("The places for those who wait longest are given out without regard to this."))
    if not facts:
        sentences.append(
            _("At a port, at a helper’s desk or by video you can ask an officer to verify a reason that you gave.")
        )
    return sentences


def sentences_about(given: Standing, rules: TierRules) -> list[str]:
    """A standing in words, beside the others that the policy knows."""
    levels = sorted({rules.default.tier, *(rule.standing.tier for rule in rules.rules)})
    sentences = []
    if len(levels) > 1:
        place = levels.index(given.tier) + 1
        sentences.append(
            _("In the next draws your group is in level {level} of {levels}. Level 1 is drawn first.").format(
                level=place, levels=len(levels)
            )
        )
    sentences.append(
        ngettext(
            "You take part with %(tickets)d ticket.",
            "You take part with %(tickets)d tickets, and the best of them counts.",
            given.weight,
        )
        % {"tickets": given.weight}
    )
    return sentences


def _names(registration: Registration) -> dict[uuid.UUID, str]:
    return {
        person.id: f"{person.given_names} {person.family_names}" for person in open_travelers(registration=registration)
    }


def _state_of(fact: VerifiedFact, at: datetime) -> str:
    if fact.withdrawn_at is not None:
        return "withdrawn"
    return "holds" if fact.valid_until > at else "ended"
