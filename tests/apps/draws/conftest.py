from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fairport.cli import draw, main, programme

# The arguments after `fairport` → exit status, what was printed, and what was complained of.
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's own database and key ring."""

    @contextmanager
    def already() -> Iterator[None]:
        yield

    for commands in (draw, programme):
        monkeypatch.setattr(commands, "django_ready", already)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["fairport", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return int(caught.value.code or 0), printed.out, printed.err

    return call
