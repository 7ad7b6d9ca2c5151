"""The run: what comes out, that it verifies, and that it happens once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from fairport.appointments.models import Offer
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from fairport.domain.__main__ import main as verify
from fairport.domain.bundle import verify_bundles
from fairport.draws.models import DrawEntry
from fairport.draws.operations import AlreadyRun, DrawNotFound, TooEarly, run_draw
from fairport.draws.queries import draws_of_subject, late_files_public_from, public_file_names, read_file
from fairport.ports.models import AppointmentSlot
from tests.factories.draws import DRAW_TIME, freeze, hold_draw, register_group, write_bundle
from tests.factories.programme import open_programme
from tests.factories.suspensions import close_port, open_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme() -> None:
    open_programme()


def narrow_to(people: int, *, port: str = "ELP") -> None:
    """Leaves one band of a port with some places; all other bands of the port have none free."""
    first = AppointmentSlot.objects.filter(port_id=port, starts_at__gte=DRAW_TIME + timedelta(hours=72)).earliest(
        "starts_at"
    )
    for slot in AppointmentSlot.objects.filter(port_id=port):
        slot.held = slot.passed_to_walk_in = slot.capacity
        slot.save()
    AppointmentSlot.objects.filter(pk=first.pk).update(capacity=people, held=0, passed_to_walk_in=0)


def test_every_draw_of_a_chain_verifies_by_the_standard_library_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundles = []
    for day in range(3):
        for size in (1, 2, 5, 12):
            register_group(size, ports=("ELP",))
        if day == 0:
            narrow_to(14)
        bundles.append(write_bundle(hold_draw(day=day), tmp_path))
    assert verify(["verify", *map(str, bundles)]) == 0
    assert "Computed again, everything is the same" in capsys.readouterr().out


def test_places_go_to_whom_the_allocation_names_and_the_rest_is_free() -> None:
    registrations = {register_group(size) for size in (1, 2, 3)}
    draw = hold_draw()
    offers = {offer.registration_id: offer for offer in Offer.objects.select_related("slot", "draw_entry")}
    assert offers.keys() == registrations
    for registration_id, offer in offers.items():
        entry = DrawEntry.objects.get(draw=draw, subject_id=registration_id)
        assert offer.draw_entry == entry
        assert (entry.outcome, entry.port, entry.date) == ("offer", offer.slot.port_id, offer.slot.date)
        assert entry.band == f"{offer.slot.band_start:%H:%M}"
        assert offer.expires_at == draw.run_at + timedelta(hours=23)
    drawn_from = AppointmentSlot.objects.filter(pk__in=draw.reserved)
    assert sum(slot.held - slot.passed_to_walk_in for slot in drawn_from) == 6
    assert not drawn_from.filter(reserved__gt=0).exists()


def test_a_group_that_does_not_fit_any_more_gets_a_rain_check_and_is_first_in_the_next_draw(tmp_path: Path) -> None:
    from fairport.registrations.models import Registration

    narrow_to(14)
    for _ in range(3):
        register_group(5, ports=("ELP",))
    first = hold_draw()
    holder = DrawEntry.objects.get(draw=first, outcome="rain_check")
    assert Registration.objects.get(pk=holder.subject_id).has_rain_check
    assert (holder.rain_check_order, holder.rain_check_size, holder.port) == (0, 5, "ELP")

    second = hold_draw(day=1)
    params = json.loads(read_file(draw_id=second.draw_id, name="params.json"))
    entry = DrawEntry.objects.get(draw=second, subject_id=holder.subject_id)
    assert params["rain_checks"] == [[holder.entry_id, entry.entry_id, "ELP"]]
    assert (entry.outcome, entry.step) == ("offer", "R")
    assert not Registration.objects.get(pk=holder.subject_id).has_rain_check
    verify_bundles([write_bundle(first, tmp_path), write_bundle(second, tmp_path)])


def test_a_rain_check_is_carried_until_there_is_room(tmp_path: Path) -> None:
    narrow_to(14)
    for _ in range(3):
        register_group(5, ports=("ELP",))
    draws = [hold_draw()]
    holder = DrawEntry.objects.get(draw=draws[0], outcome="rain_check").subject_id
    AppointmentSlot.objects.filter(port_id="ELP", starts_at__gte=DRAW_TIME + timedelta(days=14)).delete()
    close_port("ELP", at=DRAW_TIME)
    draws.append(hold_draw(day=1))
    kept = DrawEntry.objects.get(draw=draws[1], subject_id=holder)
    assert (kept.outcome, kept.step, kept.rain_check_order, kept.rain_check_size) == ("rain_check", "R", 0, 5)
    open_port("ELP", at=DRAW_TIME)
    draws.append(hold_draw(day=2))
    assert DrawEntry.objects.get(draw=draws[2], subject_id=holder).outcome == "offer"
    verify_bundles([write_bundle(draw, tmp_path) for draw in draws])


def test_an_empty_draw_is_run_and_verifies(tmp_path: Path) -> None:
    draw = hold_draw()
    assert read_file(draw_id=draw.draw_id, name="allocation.txt") == b""
    (report,) = verify_bundles([write_bundle(draw, tmp_path)])
    assert report.entries == 0


def test_it_is_not_run_before_its_time() -> None:
    draw = freeze()
    with pytest.raises(TooEarly) as refused:
        run_draw(draw_id=draw.draw_id, at=DRAW_TIME - timedelta(seconds=1), actor=OPERATOR)
    assert refused.value.code == "draw_too_early"
    draw.refresh_from_db()
    assert draw.state == "frozen"


def test_running_it_again_is_refused_and_changes_nothing() -> None:
    register_group()
    draw = hold_draw()
    files = {file.name: file.sha256 for file in draw.files.all()}
    with pytest.raises(AlreadyRun):
        run_draw(draw_id=draw.draw_id, at=DRAW_TIME + timedelta(hours=1), actor=OPERATOR)
    assert {file.name: file.sha256 for file in draw.files.all()} == files
    assert Offer.objects.count() == 1


def test_an_unknown_draw_is_not_found() -> None:
    with pytest.raises(DrawNotFound):
        run_draw(draw_id="title-42-exemption/1999-01-01", at=DRAW_TIME, actor=OPERATOR)


def test_pool_and_allocation_are_public_the_day_after_the_last_band() -> None:
    register_group()
    draw = hold_draw()
    public_from = late_files_public_from(draw_id=draw.draw_id)
    # The last bands are those of 1 February at the Pacific, where that day ends at 8 in the morning UTC.
    assert public_from.isoformat() == "2023-02-02T08:00:00+00:00"
    before = public_file_names(draw_id=draw.draw_id, at=public_from - timedelta(seconds=1))
    assert before == ["params.json", "manifest.json", "beacon.json", "result.json"]
    assert {"pool.txt", "allocation.txt"} <= set(public_file_names(draw_id=draw.draw_id, at=public_from))


def test_who_took_part_sees_each_draw_with_what_came_out() -> None:
    registration_id = register_group()
    draw = freeze()
    (before,) = draws_of_subject(subject_id=registration_id)
    assert before.outcome == ""
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=OPERATOR)
    (after,) = draws_of_subject(subject_id=registration_id)
    assert (after.draw_id, after.outcome) == (draw.draw_id, "offer")


def test_freeze_run_and_offer_are_one_event_each() -> None:
    registration_id = register_group()
    draw = hold_draw()
    assert [event.name for event in list_events(subject=Subject("draw", draw.draw_id))] == ["draw.frozen", "draw.run"]
    told = [event.name for event in list_events(subject=Subject("registration", str(registration_id)))]
    assert told == ["registration.submitted", "offer.made"]
