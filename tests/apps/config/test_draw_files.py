"""`fairport draw verify` says what the outsider's verifier says."""

from pathlib import Path

import pytest

from fairport.cli import main


@pytest.mark.parametrize(("folder", "status"), [("empty", 1), ("missing", 2), ("long" * 2000, 2)])
def test_what_cannot_be_verified(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    status: int,
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("sys.argv", ["fairport", "draw", "verify", str(tmp_path / folder)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == status
    assert capsys.readouterr().err.count("\n") == 1
