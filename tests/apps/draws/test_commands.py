"""What the command line says about draws before it asks the database anything."""

from __future__ import annotations

from typer.testing import CliRunner

from fairport.cli import app
from tests.factories.programme import PROGRAMME


def test_drand_is_refused_as_wrong_usage_with_the_reason() -> None:
    result = CliRunner().invoke(app, ["draw", "freeze", PROGRAMME, "--beacon", "drand"])
    assert result.exit_code == 2
    assert "drand comes with the verifiable draw" in result.output
    assert "--beacon" in result.output


def test_an_unknown_beacon_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["draw", "freeze", PROGRAMME, "--beacon", "dice"]).exit_code == 2
