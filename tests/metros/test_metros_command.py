"""`fairport metros`: the formats, the exit statuses, one plain sentence for each refusal."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from tests.metros.census import Area, StubApi, births_with, golden_areas, serving, write_summary_files

SMALL = Area("10180", "Abilene, TX Metro Area", 170_000, 10_000, births_with("Mexico", 10_000))
MICRO = Area("21580", "Española, NM Micro Area", 38_962, 5_000, births_with("Mexico", 5_000))


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command without any database: the address that it would need leads nowhere."""
    environment = {name: value for name, value in os.environ.items() if name != "CENSUS_API_KEY"}
    environment |= {"FAIRPORT_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "COLUMNS": "200", **variables}
    return subprocess.run(
        [sys.executable, "-m", "fairport", "metros", *arguments], env=environment, capture_output=True, check=False
    )


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line of a refusal."""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, done.stderr.decode()
    return lines[0]


def test_the_command_works_at_once() -> None:
    done = run()

    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "Miami-Fort Lauderdale-Pompano Beach, FL" in shown
    assert "2016-2020" in shown
    assert "no data here" in sentence(done)


@pytest.mark.parametrize("cohort", ["small", "midsize"])
def test_other_cohorts_say_how_to_get_them(cohort: str) -> None:
    done = run("--cohort", cohort)

    assert done.returncode == 1
    assert not done.stdout
    assert "no data here for the cohort" in sentence(done)
    assert "key_signup" in sentence(done)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--cohort", "huge"),
        ("--format", "png"),
        ("--format", "xls"),
        ("--source", "api"),
        ("--out", "list.csv"),
        ("--key-file", "nowhere"),
        ("--year", "12"),
    ],
)
def test_wrong_usage_has_a_status_of_its_own(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert not done.stdout


def test_a_folder_as_csv_json_and_parquet_say_the_same(tmp_path: Path) -> None:
    write_summary_files(tmp_path / "acs", year=2023, areas=[*golden_areas(), SMALL, MICRO])
    arguments = ("--source", str(tmp_path / "acs"), "--micro", "--format")
    parquet = tmp_path / "list.parquet"

    rows = pl.read_csv(BytesIO(run(*arguments, "csv").stdout), schema_overrides={"cbsa_code": pl.String})
    content = json.loads(run(*arguments, "json").stdout)
    assert run(*arguments, "parquet", "--out", str(parquet)).returncode == 0

    assert rows.height == 17
    assert rows.row(16, named=True)["name"] == "Española, NM Micro Area"
    assert rows.row(10, named=True)["share_percent"] == 19.2
    assert content["vintage"] == "2019-2023"
    assert content["source"] == "files"
    from_json = pl.DataFrame(content["areas"], infer_schema_length=None)
    from_parquet = pl.read_parquet(parquet)
    assert from_json.rows() == from_parquet.rows()
    assert from_parquet.with_columns(pl.col("states").list.join("-")).rows() == rows.rows()


def test_a_page_on_its_own_and_a_picture(tmp_path: Path) -> None:
    page, picture = tmp_path / "list.html", tmp_path / "list.png"

    assert run("--format", "html", "--out", str(page)).returncode == 0
    assert run("--format", "png", "--cohort", "large", "--out", str(picture)).returncode == 0

    text = page.read_text(encoding="utf-8")
    assert text.count("<tr>") == 16
    assert "<svg" in text
    assert "<script" not in text
    assert "src=" not in text
    assert "@import" not in text
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_change_since_an_earlier_year(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    before = Area("10180", "Abilene, TX Metro Area", 170_000, 5_000, births_with("Mexico", 5_000))
    write_summary_files(tmp_path, year=2022, areas=[before])

    done = run("--source", str(tmp_path), "--compare-year", "2022")

    assert done.returncode == 0
    assert "+2.9" in done.stdout.decode()
    assert run("--source", str(tmp_path), "--compare-year", "2023").returncode == 1


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL], other_rows=0)
    path = next(tmp_path.rglob("*-b05006.dat"))
    path.write_bytes(path.read_bytes()[:-30])

    done = run("--source", str(tmp_path))

    assert done.returncode == 1
    assert "acsdt5y2023-b05006.dat ends in the middle" in sentence(done)


def test_the_interface_by_key_file_and_then_from_the_cache(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("right-key\n")
    cache = ("--cache", str(tmp_path / "cache"))
    arguments = ("--source", "api", "--year", "2020", "--format", "csv", *cache)
    with serving(StubApi(golden_areas())) as api:
        without = run(*arguments, FAIRPORT_CENSUS_API=api.address)
        first = run(*arguments, "--key-file", str(key), FAIRPORT_CENSUS_API=api.address)
    again = run(*arguments)

    assert without.returncode == 1
    assert "wants a key" in sentence(without)
    assert first.returncode == again.returncode == 0
    assert not first.stderr
    assert first.stdout == again.stdout
    assert first.stdout.count(b"\n") == 16


def test_the_server_starts_without_polars_and_charts() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'fairport.config.settings';"
        "import django; django.setup();"
        "import fairport.config.urls, fairport.metros.queries;"
        "print([name for name in ('polars', 'altair', 'vl_convert', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
