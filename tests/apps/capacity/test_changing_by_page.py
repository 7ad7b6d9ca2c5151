"""The forms of a change: typed, previewed, done; what is refused keeps what was typed, with its code."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from fairport.appointments.models import Appointment
from fairport.ports.models import CapacityException, CapacityPlan, PortOfEntry
from tests.apps.capacity.conftest import DAY, band_of, booked, carry_out, lower
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock

DAYS = "/office/capacity/SDG/change"
PLAN = "/office/capacity/SDG/plan/change"
FREE_DAY = date(2023, 1, 27)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(clock: StandingClock) -> None:
    """The office's day is that of the tests."""


@pytest.fixture
def browser(cast: Cast) -> Client:
    return signed_in(cast.scheduler)


def typed(**changes: str) -> dict[str, str]:
    values = {
        "first_day": FREE_DAY.isoformat(),
        "last_day": "",
        "what": "changed",
        "band": "",
        "places": "20",
        "walk_in_reserve": "",
        "reason": "staff",
        "words": "",
        "source": "officer",
        "seen": "0",
        "step": "preview",
    }
    return values | changes


def confirmed(page: HttpResponse, values: dict[str, str], **more: str) -> dict[str, str]:
    """What the preview's form sends when it is confirmed."""
    context = page.context  # type: ignore[attr-defined]
    return {
        **values,
        "seen": str(context["seen"]),
        "fingerprint": context["fingerprint"],
        "step": "apply",
        **more,
    }


def codes(page: HttpResponse) -> list[str]:
    return list(page.context["problem_codes"])  # type: ignore[attr-defined]


def test_a_day_is_lowered_in_two_steps(browser: Client) -> None:
    values = typed(words="Fewer officers")
    preview = browser.post(DAYS, values)
    assert preview.status_code == 200
    assert not CapacityException.objects.exists()

    done = browser.post(DAYS, confirmed(preview, values))

    assert done.status_code == 302
    assert band_of(FREE_DAY).capacity == 20
    assert CapacityException.objects.get().words == "Fewer officers"
    assert "were changed" in browser.get(done["Location"]).content.decode()


def test_groups_are_shown_by_number_and_size_and_moved_when_that_is_chosen(browser: Client) -> None:
    booked([3, 2], confirmed=1)
    values = typed(first_day=DAY.isoformat(), what="closed", places="")
    preview = browser.post(DAYS, values)
    html = preview.content.decode()
    number = Appointment.objects.get().confirmation_number
    assert [(row["number"], row["size"]) for row in preview.context["groups"]] == [("", 2), (number, 3)]
    assert number in html
    assert "Désir" not in html

    browser.post(DAYS, confirmed(preview, values, bookings="move"))

    assert Appointment.objects.get().slot.date > DAY
    assert (band_of().capacity, band_of().held) == (0, 0)


def test_what_was_typed_is_still_there_when_somebody_else_was_quicker(browser: Client) -> None:
    values = typed(places="30", words="As I typed it")
    preview = browser.post(DAYS, values)
    carry_out(lower(FREE_DAY, 45))

    refused = browser.post(DAYS, confirmed(preview, values))

    assert refused.status_code == 409
    assert codes(refused) == ["changed_meanwhile"]
    assert dict(refused.context["typed"])["words"] == "As I typed it"
    assert {row["row"].before for row in refused.context["slots"]} == {45}
    assert band_of(FREE_DAY).capacity == 45
    # Confirmed again, now knowing it, it is done.
    browser.post(DAYS, confirmed(refused, values))
    assert band_of(FREE_DAY).capacity == 30


def test_a_form_that_was_open_while_somebody_changed_the_port_says_so(browser: Client) -> None:
    carry_out(lower(FREE_DAY, 45))
    preview = browser.post(DAYS, typed())
    assert (preview.status_code, codes(preview)) == (409, ["changed_meanwhile"])


def test_a_booking_meanwhile_shows_a_new_preview(browser: Client) -> None:
    values = typed(first_day=DAY.isoformat(), what="closed")
    preview = browser.post(DAYS, values)
    booked([2])
    refused = browser.post(DAYS, confirmed(preview, values))
    assert (refused.status_code, codes(refused)) == (409, ["preview_outdated"])
    assert refused.context["affected"] == 1
    assert band_of().capacity == 60


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_day": ""}, "first_day"),
        ({"first_day": "27.1.2023"}, "first_day"),
        ({"what": "shut"}, "what"),
        ({"places": ""}, "places"),
        ({"places": "many"}, "places"),
        ({"places": "-1"}, "places"),
        ({"places": "10001"}, "places"),
        ({"band": "09:00"}, "band"),
        ({"reason": "none"}, "reason"),
        ({"words": "x" * 201}, "words"),
    ],
)
def test_bad_input_is_marked_and_kept(browser: Client, changes: dict[str, str], field: str) -> None:
    page = browser.post(DAYS, typed(**changes))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"][field].value() == changes[field]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first_day": "2023-01-17"}, "day_is_past"),
        ({"last_day": "2023-01-26"}, "day_is_past"),
        ({"last_day": "2023-12-31"}, "too_many_days"),
        ({"places": "11"}, "no_large_band"),
        ({"what": "planned"}, "nothing_changes"),
    ],
)
def test_what_is_not_possible_is_said_with_its_code(browser: Client, changes: dict[str, str], code: str) -> None:
    page = browser.post(DAYS, typed(**changes))
    assert (page.status_code, codes(page)) == (409, [code])
    assert f"<code>{code}</code>" in page.content.decode()
    assert page.context["form"]["places"].value() == typed(**changes)["places"]


def test_going_back_shows_what_was_typed(browser: Client) -> None:
    page = browser.post(DAYS, typed(places="33", step="edit"))
    assert page.status_code == 200
    assert page.context["form"]["places"].value() == "33"
    assert not CapacityException.objects.exists()


def plan(**changes: str) -> dict[str, object]:
    values: dict[str, object] = {
        "weekdays": ["1", "2"],
        "first_day": "2023-02-06",
        "start_1": "08:00",
        "end_1": "12:00",
        "places_1": "90",
        "walk_in_1": "9",
        "seen": "0",
        "step": "preview",
    }
    return values | changes


def test_a_plan_is_made_for_weekdays_from_a_day_on(browser: Client) -> None:
    shown = browser.get(f"{PLAN}?weekday=2").context["form"]
    assert (shown["start_1"].value(), shown["places_3"].value(), shown["weekdays"].value()) == ("08:00", 60, ["2"])
    assert shown["first_day"].value() == "2023-02-02"

    preview = browser.post(PLAN, plan())
    assert "No band of the next 14 days changes" in preview.content.decode()
    browser.post(PLAN, confirmed(preview, plan()))  # type: ignore[arg-type]

    rows = CapacityPlan.objects.filter(port_id="SDG", policy_version="")
    assert [(row.weekday, row.capacity, row.walk_in_reserve, row.effective_from) for row in rows] == [
        (1, 90, 9, date(2023, 2, 6)),
        (2, 90, 9, date(2023, 2, 6)),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"first_day": "soon"}, "first_day"),
        ({"start_1": "8 o'clock"}, "start_1"),
        ({"places_1": ""}, "places_1"),
        ({"end_2": "13:00"}, "start_2"),
    ],
)
def test_a_plan_with_something_wrong_keeps_what_was_typed(
    browser: Client, changes: dict[str, object], field: str
) -> None:
    page = browser.post(PLAN, plan(**changes))  # type: ignore[arg-type]
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["walk_in_1"].value() == "9"


def test_two_schedulers_at_one_plan(cast: Cast, browser: Client) -> None:
    preview = browser.post(PLAN, plan())
    other = signed_in(cast.second_scheduler)
    theirs = plan(places_1="70")
    other.post(PLAN, confirmed(other.post(PLAN, theirs), theirs))  # type: ignore[arg-type]

    refused = browser.post(PLAN, confirmed(preview, plan()))  # type: ignore[arg-type]

    assert (refused.status_code, codes(refused)) == (409, ["changed_meanwhile"])
    assert dict(refused.context["typed"])["places_1"] == "90"
    assert PortOfEntry.objects.get(pk="SDG").capacity_version == 1
    assert set(CapacityPlan.objects.filter(port_id="SDG", policy_version="").values_list("capacity", flat=True)) == {70}


def test_nothing_is_done_without_a_preview(browser: Client) -> None:
    for more in ({"fingerprint": "made up"}, {"fingerprint": ""}, {"seen": "x", "fingerprint": ""}):
        page = browser.post(DAYS, typed(step="apply", **more))
        assert page.status_code == 409
    assert not CapacityException.objects.exists()
