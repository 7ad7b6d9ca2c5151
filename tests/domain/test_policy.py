"""A policy file becomes a policy, or a list of everything that is wrong with it."""

import datetime as dt
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.policy import (
    CRITERIA,
    Policy,
    PolicyError,
    check_versions,
    load_policy,
    policy_in_force,
)
from tests.domain.building import POLICY_FILE, policy_text, repeatable


def founding_policy() -> Policy:
    return load_policy(POLICY_FILE.read_bytes())


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as refused:
        load_policy(text.encode())
    assert all(problem.message.endswith(".") for problem in refused.value.problems)
    return [(problem.path, problem.code) for problem in refused.value.problems]


def edited(old: str, new: str) -> str:
    text = policy_text()
    assert old in text
    return text.replace(old, new, 1)


def test_the_founding_policy_is_what_was_reported() -> None:
    policy = founding_policy()
    assert policy.sha256 == hashlib.sha256(POLICY_FILE.read_bytes()).hexdigest()
    assert policy.criteria == CRITERIA
    assert (policy.under_age, policy.over_age) == (21, 70)
    assert policy.languages == ("en", "es")
    assert set(policy.title) == {"en", "es"}
    assert [port.code for port in policy.ports] == ["BRO", "ELP", "HID", "LAR", "NOG", "CLX", "SDG"]
    daily = {port.code: sum(band.capacity for band in port.bands) for port in policy.ports}
    assert (daily["SDG"], daily["ELP"], sum(daily.values())) == (180, 70, 740)
    assert {port.code for port in policy.ports if port.capacity_source == "reported"} == {"SDG", "ELP"}
    zones = {port.code: (port.timezone, port.traveler_timezone) for port in policy.ports}
    assert zones["NOG"] == ("America/Phoenix", "America/Hermosillo")
    assert zones["ELP"] == ("America/Denver", "America/Ciudad_Juarez")
    assert len(policy.location.states) == 24
    draw = policy.draw
    assert draw.confirmation_window == dt.timedelta(hours=23)
    assert draw.confirmation_window + draw.freeze_lead <= dt.timedelta(hours=24)
    assert (draw.horizon_days, draw.largest_group, draw.seniority_share) == (14, 12, (1, 2))
    assert policy.renewal_period == dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ('timezone = "America/Denver"', 'timezone = "America/Elpaso"', "ports[1].timezone", "unknown_zone"),
        ('timezone = "America/Denver"', 'timezone = "../../etc/passwd"', "ports[1].timezone", "unknown_zone"),
        ('timezone = "America/Denver"', 'timezone = "America"', "ports[1].timezone", "unknown_zone"),
        ("time_utc = 18:00:00", "time_utc = 18:00:30", "draw.time_utc", "not_whole_minutes"),
        ("time_utc = 18:00:00", 'time_utc = "18:00"', "draw.time_utc", "wrong_type"),
        ("confirmation_window_hours = 23", "confirmation_window_hours = 24", "draw.confirmation_window_hours",
         "window_and_lead_over_a_day"),
        ("freeze_lead_minutes = 45", "freeze_lead_minutes = 61", "draw.confirmation_window_hours",
         "window_and_lead_over_a_day"),
        ("freeze_lead_minutes = 45", "freeze_lead_minutes = 9", "draw.freeze_lead_minutes", "freeze_lead_too_short"),
        ("seniority_share = [1, 2]", "seniority_share = [2, 4]", "draw.seniority_share", "share_not_lowest_terms"),
        ("seniority_share = [1, 2]", "seniority_share = [0, 2]", "draw.seniority_share", "share_not_lowest_terms"),
        ("seniority_share = [1, 2]", "seniority_share = [3, 2]", "draw.seniority_share", "bad_share"),
        ("seniority_share = [1, 2]", "seniority_share = [1, 2, 3]", "draw.seniority_share", "bad_share"),
        ("seniority_share = [1, 2]", "seniority_share = [0.5]", "draw.seniority_share", "wrong_type"),
        ("horizon_days = 14", "horizon_days = 3", "draw.horizon_days", "horizon_within_notice"),
        ("largest_group = 12", "largest_group = 13", "draw.largest_group", "out_of_range"),
        ("largest_group = 12", "largest_group = true", "draw.largest_group", "wrong_type"),
        ("largest_group = 12", "", "draw.largest_group", "missing_key"),
        ("largest_group = 12", "largest_group = 12\nlargest = 1", "draw.largest", "unknown_key"),
        ("capacity = 65", "capacity = -1", "ports[0].bands[0].capacity", "out_of_range"),
        ("walk_in_reserve = 7 },", "walk_in_reserve = -7 },", "ports[0].bands[0].walk_in_reserve", "out_of_range"),
        ("start = 13:00:00", "start = 11:59:00", "ports[0].bands[1].start", "bands_overlap"),
        ("end = 12:00:00", "end = 08:00:00", "ports[0].bands[0].end", "band_reversed"),
        ("walk_in_reserve = 7 }", "walk_in_reserve = 7, weekdays = [1, 8] }", "ports[0].bands[0].weekdays",
         "bad_weekdays"),
        ("walk_in_reserve = 7 }", "walk_in_reserve = 7, weekdays = [] }", "ports[0].bands[0].weekdays",
         "bad_weekdays"),
        ("latitude = 25.89329", "latitude = 95", "ports[0].latitude", "out_of_range"),
        ("latitude = 25.89329", "latitude = nan", "ports[0].latitude", "out_of_range"),
        ("longitude = -97.505497", "longitude = -181.0", "ports[0].longitude", "out_of_range"),
        ('capacity_source = "demonstration"', 'capacity_source = "guess"', "ports[0].capacity_source",
         "bad_capacity_source"),
        ('code = "ELP"', 'code = "BRO"', "ports[1].opens_on", "duplicate_port"),
        ('code = "ELP"', 'code = "El Paso"', "ports[1].code", "bad_format"),
        ("opens_on = 2023-01-12", "opens_on = 2023-01-12\ncloses_on = 2023-01-11", "ports[0].closes_on",
         "dates_reversed"),
        ("opens_on = 2023-01-12", "opens_on = 2023-01-12T00:00:00", "ports[0].opens_on", "wrong_type"),
        ("effective_from = 2023-01-12", "effective_from = 2023-01-12\neffective_until = 2022-12-31", "effective_until",
         "dates_reversed"),
        ('"MX-BCN"', '"Baja California"', "location.states", "bad_state_code"),
        ('"MX-BCN"', '"US-CAL"', "location.states", "bad_state_code"),
        ('"MX-BCN"', '"MX-SON"', "location.states", "duplicate"),
        ('country = "MX"', 'country = "Mexico"', "location.country", "bad_format"),
        ('languages = ["en", "es"]', "languages = []", "languages", "empty"),
        ('languages = ["en", "es"]', 'languages = ["en", "es", "English"]', "languages", "bad_format"),
        ('languages = ["en", "es"]', 'languages = ["en", "es", "ht"]', "title.ht", "missing_key"),
        ('languages = ["en", "es"]', 'languages = ["en"]', "title.es", "unknown_key"),
        ('  "threat",', '  "fear",', "criteria", "unknown_criterion"),
        ('programme = "title-42-exemption"', 'programme = "Title 42"', "programme", "bad_format"),
        ('programme = "title-42-exemption"', f'programme = "{"a" * 54}"', "programme", "too_long"),
        ('version = "2023.1"', 'version = "  "', "version", "empty"),
        ("renewal_reminder_days = 5", "renewal_reminder_days = 30", "registration.renewal_reminder_days",
         "reminder_too_early"),
        ("[arrival]", "[arival]", "arrival", "missing_key"),
    ],
)  # fmt: skip
def test_what_a_policy_may_not_be(old: str, new: str, path: str, code: str) -> None:
    assert (path, code) in problems_of(edited(old, new))


def test_a_port_needs_a_band_for_the_largest_group() -> None:
    text = re.sub(r"capacity = 35,", "capacity = 11,", policy_text())
    assert problems_of(text) == [
        ("ports[1].bands", "no_band_for_largest_group"),
        ("ports[5].bands", "no_band_for_largest_group"),
    ]


def test_all_problems_are_reported_at_once() -> None:
    text = policy_text().replace("America/Denver", "Mars/Base").replace("[1, 2]", "[2, 4]").replace("= 14 ", "= 1 ")
    assert {code for _, code in problems_of(text)} == {
        "unknown_zone",
        "share_not_lowest_terms",
        "horizon_within_notice",
    }


def test_a_port_may_come_back_after_it_closed_but_not_elsewhere() -> None:
    port = policy_text().split("[[ports]]")[4]
    assert 'code = "LAR"' in port
    closed = policy_text().replace(port, port.replace("2023-01-12", "2023-01-12\ncloses_on = 2023-06-03"))
    again = port.replace("2023-01-12", "2024-01-01")
    policy = load_policy((closed + "[[ports]]" + again).encode())
    assert [(str(one.opens_on), str(one.closes_on)) for one in policy.ports if one.code == "LAR"] == [
        ("2023-01-12", "2023-06-03"),
        ("2024-01-01", "None"),
    ]
    overlapping = closed + "[[ports]]" + port.replace("2023-01-12", "2023-06-03")
    assert problems_of(overlapping) == [("ports[7].opens_on", "port_dates_overlap")]
    moved = closed + "[[ports]]" + again.replace("America/Chicago", "America/Denver")
    assert problems_of(moved) == [("ports[7].timezone", "port_moved")]


def test_bands_on_different_days_do_not_overlap() -> None:
    text = (
        policy_text()
        .replace(
            "{ start = 13:00:00, end = 17:00:00, capacity = 65, walk_in_reserve = 7 }",
            "{ start = 08:00:00, end = 17:00:00, capacity = 65, walk_in_reserve = 7, weekdays = [6, 7] }",
        )
        .replace("capacity = 65, walk_in_reserve = 7 }", "capacity = 65, walk_in_reserve = 7, weekdays = [1, 2, 3] }")
    )
    assert [band.weekdays for band in load_policy(text.encode()).ports[0].bands] == [(1, 2, 3), (6, 7)]


@pytest.mark.parametrize(("raw", "code"), [(b"\xff", "not_utf8"), (b"a = ", "not_toml"), (b"a = 1\na = 2", "not_toml")])
def test_what_is_no_toml_at_all(raw: bytes, code: str) -> None:
    with pytest.raises(PolicyError) as refused:
        load_policy(raw)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert str(refused.value).startswith("The file is not"), "no empty path in front"


toml_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "1.5" if value is None else json.dumps(value).replace("\\u007f", "").replace("\x7f", "")


@repeatable
@given(data=st.data(), value=toml_value)
def test_any_value_anywhere_is_reported_and_never_crashes(data: st.DataObject, value: object) -> None:
    lines = policy_text().splitlines()
    places = [number for number, line in enumerate(lines) if re.match(r"\w+ = .*[^\[]$", line)]
    place = data.draw(st.sampled_from(places))
    key = lines[place].split(" = ")[0]
    lines[place] = f"{key} = {as_toml(value)}"
    try:
        policy = load_policy("\n".join(lines).encode("utf-8", errors="replace"))
    except PolicyError as refused:
        assert refused.problems
    else:
        assert policy.ports


def version(name: str, first: str, last: str | None = None) -> Policy:
    text = edited('version = "2023.1"', f'version = "{name}"')
    until = f"\neffective_until = {last}" if last else ""
    return load_policy(text.replace("effective_from = 2023-01-12", f"effective_from = {first}{until}", 1).encode())


def test_versions_follow_each_other() -> None:
    first, second = version("1", "2023-01-12"), version("2", "2023-06-01", "2023-12-31")
    third = version("3", "2024-02-01")
    check_versions([third, first, second])
    versions = [first, second, third]
    days = {"2023-01-11": None, "2023-01-12": "1", "2023-05-31": "1", "2023-06-01": "2", "2023-12-31": "2",
            "2024-01-01": None, "2024-02-01": "3", "2030-01-01": "3"}  # fmt: skip
    for day, expected in days.items():
        found = policy_in_force(versions, on=dt.date.fromisoformat(day))
        assert (found.version if found else None) == expected, day


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (("2", "2023-12-31"), "versions_overlap"),
        (("2", "2023-01-12"), "versions_overlap"),
        (("1", "2024-01-01"), "version_exists"),
    ],
)
def test_versions_that_cannot_stand_beside_each_other(other: tuple[str, str], code: str) -> None:
    with pytest.raises(PolicyError) as refused:
        check_versions([version("1", "2023-01-12", "2023-12-31"), version(*other)])
    assert [problem.code for problem in refused.value.problems] == [code]


def test_versions_of_different_programmes_do_not_meet() -> None:
    other = load_policy(edited('"title-42-exemption"', '"parole"').encode())
    check_versions([founding_policy(), other])
    assert other.programme == "parole"
