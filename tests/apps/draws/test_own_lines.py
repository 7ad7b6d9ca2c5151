"""What each group may keep of a draw: its own lines with their proofs, and what came out for it in a sentence."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from fairport.applicant.draw_story import story_of
from fairport.audit.events import WORKER
from fairport.domain.draw import parse_manifest, verify_inclusion
from fairport.draws.models import DrawEntry
from fairport.draws.operations import run_draw
from fairport.draws.queries import SubjectDraw, draws_of_subject, own_lines, read_file
from fairport.draws.release import format_release_report
from tests.factories.draws import DRAW_TIME, freeze, hold_draw, register_group
from tests.factories.programme import NOW, PROGRAMME, open_programme

NAMES = {"SDG": "San Diego", "CLX": "Calexico"}


@pytest.mark.django_db
def test_from_the_freeze_on_each_group_has_its_line_with_a_proof() -> None:
    open_programme()
    groups = [register_group(size) for size in (1, 2, 3, 5, 12, 1, 4)]
    draw = freeze()
    root = bytes.fromhex(parse_manifest(read_file(draw_id=draw.draw_id, name="manifest.json")).pool_root)
    for subject_id in groups:
        lines = own_lines(subject_id=subject_id, draw_id=draw.draw_id)
        assert lines is not None
        pool = lines["pool"]
        assert (lines["draw_id"], lines["allocation"], pool["size"]) == (draw.draw_id, None, 7)
        assert pool["line"].startswith(DrawEntry.objects.get(draw=draw, subject_id=subject_id).entry_id + ",")
        assert verify_inclusion(
            line=pool["line"].encode(),
            index=pool["index"],
            size=pool["size"],
            proof=[bytes.fromhex(step) for step in pool["proof"]],
            root=root,
        )
        assert json.loads(json.dumps(lines)) == lines


@pytest.mark.django_db
def test_after_the_run_the_line_of_the_allocation_comes_with_it() -> None:
    open_programme()
    groups = [register_group(size) for size in (1, 2, 3)]
    draw = freeze()
    own_lines(subject_id=groups[0], draw_id=draw.draw_id)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    root = bytes.fromhex(json.loads(read_file(draw_id=draw.draw_id, name="result.json"))["allocation_root"])
    for subject_id in groups:
        lines = own_lines(subject_id=subject_id, draw_id=draw.draw_id)
        assert lines is not None
        drawn = lines["allocation"]
        assert verify_inclusion(
            line=drawn["line"].encode(),
            index=drawn["index"],
            size=drawn["size"],
            proof=[bytes.fromhex(step) for step in drawn["proof"]],
            root=root,
        )
        assert drawn["line"][:32] == lines["pool"]["line"][:32]


@pytest.mark.django_db
def test_of_a_draw_that_a_group_was_not_in_it_gets_nothing() -> None:
    open_programme()
    register_group()
    draw = hold_draw()
    late = register_group(at=NOW + timedelta(hours=3))
    assert own_lines(subject_id=late, draw_id=draw.draw_id) is None
    assert own_lines(subject_id=uuid.uuid4(), draw_id=draw.draw_id) is None
    assert own_lines(subject_id=late, draw_id=f"{PROGRAMME}/1999-01-01") is None


@pytest.mark.django_db
def test_the_numbers_of_the_sentence_are_the_published_ones() -> None:
    open_programme()
    groups = [register_group() for _ in range(3)]
    draw = hold_draw()
    result = json.loads(read_file(draw_id=draw.draw_id, name="result.json"))
    for subject_id in groups:
        (seen,) = draws_of_subject(subject_id=subject_id)
        assert (seen.entries, seen.places, seen.cutoffs) == (3, sum(draw.reserved.values()), result["cutoffs"])
        assert seen.lottery_rank in (1, 2, 3)


def seen(outcome: str, step: str = "", port: str = "", rank: int | None = 31_007) -> SubjectDraw:
    return SubjectDraw(
        draw_id=f"{PROGRAMME}/2023-01-18",
        draw_time=DRAW_TIME,
        entry_id="0" * 32,
        outcome=outcome,
        step=step,
        port=port,
        lottery_rank=rank,
        entries=84_212,
        places=1_450,
        cutoffs={"SDG": 1_022},
    )


@pytest.mark.parametrize(
    ("draw", "ports", "sentence"),
    [
        (
            seen("not_selected"),
            ["CLX", "SDG"],
            "84,212 groups, 1,450 places. Your ticket was number 31,007."
            " The last that got a place at San Diego was 1,022.",
        ),
        (
            seen("offer", "L", "SDG", 17),
            ["SDG"],
            "84,212 groups, 1,450 places. Your ticket was number 17. The last that got a place at San Diego was 1,022.",
        ),
        (
            seen("offer", "S", "SDG"),
            ["SDG"],
            "84,212 groups, 1,450 places. You were one of those who had waited longest for San Diego.",
        ),
        (seen("offer", "R", "SDG"), ["SDG"], "You came first, since no place was large enough for you before."),
        (seen("rain_check", "L", "SDG", 1_023), ["SDG"], "Too few places were left at San Diego for your whole group"),
        (seen("rain_check", "R", "SDG"), ["SDG"], "There was still no room for your whole group at San Diego."),
        (seen("not_selected", rank=900), ["SDG"], "No time at your ports had room for your whole group then."),
        (seen("not_selected"), ["CLX"], "No ticket got a place at your ports."),
        (seen("void", "L", "SDG", 5), ["SDG"], "the place could not be given to you any more."),
        (seen("", rank=None), ["SDG"], "84,212 groups and 1,450 places. The draw was not held yet."),
    ],
)
def test_each_outcome_has_its_reason(draw: SubjectDraw, ports: list[str], sentence: str) -> None:
    assert sentence in story_of(draw=draw, ports=ports, names=NAMES)


def test_the_release_report_counts_lines_that_few_others_equal() -> None:
    ids = [f"{number:032x}" for number in range(25)]
    pool = "".join(f"{one},{2 if number < 12 else 3},1,1,2023-01-16,SDG\n" for number, one in enumerate(ids[:21]))
    pool += "".join(f"{one},{size},1,1,2023-01-16,SDG\n" for one, size in zip(ids[21:], (3, 7, 8, 8), strict=True))
    drawn = "".join(f"{one},L,offer,SDG,2023-02-01,08:00\n" for one in ids[2:14])
    report = json.loads(format_release_report(pool=pool.encode(), allocation=drawn.encode()))
    # 12 twos and 10 threes hide each other; one of 7 and two of 8 do not. Of those drawn, 10 are twos and 2 threes.
    assert report == {
        "fewer_than": 10,
        "pool": {"lines": 25, "rare": 3},
        "allocation": {"lines": 12, "rare": 2},
    }


@pytest.mark.django_db
def test_the_report_is_kept_with_the_files_that_it_is_about() -> None:
    open_programme()
    register_group()
    draw = hold_draw()
    report = json.loads(read_file(draw_id=draw.draw_id, name="release.json"))
    assert report == {"fewer_than": 10, "pool": {"lines": 1, "rare": 1}, "allocation": {"lines": 1, "rare": 1}}
