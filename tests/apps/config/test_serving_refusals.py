"""What `serve` refuses before it starts anything."""

from __future__ import annotations

import pytest

from fairport.config.serve import ServeRefused, refuse_impossible


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FAIRPORT_HOSTS", "example.org"),
        ("FAIRPORT_HOSTS", "localhost,.example.org"),
        ("FAIRPORT_HOSTS", "*"),
        ("FAIRPORT_HOSTS", "192.0.2.1"),
        ("FAIRPORT_ORIGINS", "https://example.org"),
    ],
)
def test_a_demonstration_is_not_served_under_a_public_name(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ServeRefused, match=f"out of {variable}"):
        refuse_impossible(host="127.0.0.1", port=0, demo=True)
    refuse_impossible(host="127.0.0.1", port=0, demo=False)


def test_a_demonstration_may_have_names_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRPORT_HOSTS", "localhost,127.0.0.1,[::1]")
    monkeypatch.setenv("FAIRPORT_ORIGINS", "http://localhost:8000,http://[::1]:8000")
    refuse_impossible(host="127.0.0.1", port=0, demo=True)
