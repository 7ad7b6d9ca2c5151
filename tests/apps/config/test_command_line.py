"""Exit statuses and sentences of the command line, where no database is needed."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
import typer

from fairport.cli import main
from fairport.cli.demo import parse_duration, parse_moment
from fairport.config.serve import is_loopback


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line; returns its exit status."""
    monkeypatch.setattr("sys.argv", ["fairport", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.mark.parametrize("arguments", [("nonsense",), ("serve", "--port", "0"), ("demo", "advance", "soon"), ()])
def test_wrong_usage_is_status_2(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    assert run(monkeypatch, *arguments) == 2


def test_a_demonstration_is_refused_to_other_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "serve", "--demo", "--host", "0.0.0.0") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "on this machine only, not on 0.0.0.0" in printed.err


def test_a_taken_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(monkeypatch, "serve", "--port", str(port)) == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in printed


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_what_counts_as_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("45m", timedelta(minutes=45)), ("12h", timedelta(hours=12)), ("3d", timedelta(days=3))],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30T17:00", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("2026-11-30T09:00-08:00", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("2026-11-31T17:00", None),
        ("2026-11-30", None),
        ("3d", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize("text", ["", "3", "d", "-1d", "0h", "1w", "367d", "1.5h", " 1h", "٣d"])
def test_impossible_durations(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_duration(text)
