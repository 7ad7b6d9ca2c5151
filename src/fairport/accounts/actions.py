"""What the office's addresses are for, in words, and who may call them: read from the views themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.access import Access
from fairport.accounts.models import Role

# One line for each office address, by its name; a test refuses an address without one. Say what people do there.
ACTIONS: Final[Mapping[str, Promise]] = {
    # what everybody finds
    "office_home": _("Open the office"),
    # two people
    "office_approvals": _("Read the proposals"),
    "office_proposal": _("Read a proposal and its reason"),
    "office_proposal_approve": _("Approve a proposal of somebody else"),
    "office_proposal_decline": _("Decline a proposal of somebody else"),
    "office_proposal_withdraw": _("Take back one's own proposal"),
    # staff
    "office_staff": _("See who has which role"),
    "office_actions": _("See what each role can do"),
    "office_staff_new": _("Make an account"),
    "office_person": _("See one person's roles, now and before"),
    "office_role_propose": _("Propose a role for somebody"),
    "office_role_revoke": _("Take a role back"),
    "office_account_close": _("Close an account"),
    "office_account_reopen": _("Open a closed account again"),
    # at the port
    "office_day": _("See the day's bands"),
    "office_band": _("See the groups of a band"),
    "office_check": _("Check a pass"),
    "office_case": _("Open the file of a group"),
    "office_arrival": _("Record arrivals"),
    "office_determination": _("Decide about a traveler"),
    "office_find": _("Find a group by a number"),
    "office_group": _("Open the file of a group"),
    "office_correction": _("Correct who a traveler is, with a reason"),
    "office_second_looks": _("Read which decisions are not in effect"),
    "office_review": _("Take the second look at a negative decision"),
    "office_safeguarding": _("See that there are safeguarding cases"),
    "office_safeguarding_case": _("Open a safeguarding case"),
    "office_walk_ins": _("See the queue of walk-ins"),
    "office_walk_in_new": _("Record a walk-in"),
    "office_walk_in": _("Open a walk-in"),
    "office_walk_in_slip": _("Print the number of a walk-in"),
    "office_walk_in_outcome": _("Record what became of a walk-in"),
    # the gate
    "office_add_child": _("Add a child who is here with a group"),
    "office_interpreter": _("Record which interpreter a group wishes"),
    "office_undo_arrival": _("Take back an arrival that was a mistake"),
    "office_gate": _("Work at the gate"),
    "office_gate_arrival": _("Record arrivals at the gate"),
    "office_gate_offline": _("Open the gate without a network"),
    "office_gate_worker": _("Load the program of the gate without a network"),
    "office_gate_list": _("Take the day list to a device"),
    "office_gate_scans": _("Send and see the scans of a day"),
    "office_gate_conflicts": _("See passes that were used twice"),
    "office_gate_conflict": _("Look at a pass that was used twice"),
    # verified facts
    "office_facts": _("Find a group by its number to verify facts"),
    "office_facts_file": _("Open a group's claims and verified facts"),
    "office_facts_confirm": _("Confirm what a traveler claims"),
    "office_facts_withdraw": _("Take a verified fact back"),
    "office_facts_all": _("See which facts were verified, without names"),
    # places and draws
    "office_ports": _("See which ports are closed"),
    "office_suspend": _("Propose to close a port"),
    "office_reopen": _("Propose to open a closed port"),
    "office_placements": _("See the places given outside the draw"),
    "office_placement_new": _("Propose a place outside the draw"),
    "office_placement": _("See a place that is proposed for a group"),
    "office_slots": _("See the places"),
    "office_capacity": _("See the calendar of places"),
    "office_capacity_day": _("See the places of a day"),
    "office_capacity_plan": _("See the plan of a port"),
    "office_capacity_change": _("Change or close days of a port, and move its bookings"),
    "office_capacity_change_plan": _("Change the plan of a port, and move its bookings"),
    "office_draws": _("See the files of the draws"),
    "office_draw_bundle": _("Fetch all files of a draw"),
    # lists to take along
    "office_exports": _("See which lists can be taken along"),
    "office_export_day": _("Take the list of a day"),
    "office_export_encounters": _("Take the counts of encounters"),
    # the end of a programme
    "office_programmes": _("See the programmes and announced ends"),
    "office_programme_confirm": _("Propose to confirm the end of a programme"),
    "office_programme_take_back": _("Take back an announced end"),
    "office_programme_reopen": _("Propose to open a programme again"),
    "office_console": _("See the console of the draws"),
    "office_console_freeze": _("Propose to freeze a draw now"),
    "office_console_run": _("Propose to run a draw now"),
    # running it
    "office_operations": _("See whether the machine runs"),
    "office_messages": _("See messages that could not be sent"),
    "office_message_retry": _("Send a message again"),
    "office_events": _("Read the list of events"),
    # oversight
    "office_watch": _("Compare shares of decisions"),
    "office_signals": _("See signals and what was found"),
    "office_signal": _("See a signal"),
    "office_signal_open": _("Open the registrations behind a signal"),
    "office_signal_review": _("Record a review of a signal"),
    # complaints
    "office_complaints": _("See that there are complaints"),
    "office_complaint": _("Read and answer a complaint"),
    "office_complaint_reopen": _("Open a closed complaint again"),
}


@dataclass(frozen=True, slots=True)
class OfficeAddress:
    """An address of the office: its name, its route, and the roles that may call it."""

    name: str
    route: str
    roles: frozenset[Role]

    @property
    def action(self) -> Promise | str:
        """What it is for; the route where nobody has said it."""
        return ACTIONS.get(self.name, self.route)


def office_addresses() -> tuple[OfficeAddress, ...]:
    """Every address of the office by its route, with what its view declares."""
    return tuple(sorted(_walk(get_resolver().url_patterns, ""), key=lambda address: address.route))


def _walk(patterns: Sequence[Any], prefix: str) -> Iterator[OfficeAddress]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            access = getattr(pattern.callback, "access", None)
            if isinstance(access, Access) and access.who == "staff":
                yield OfficeAddress(pattern.name or "", route, access.roles)
