"""Static files are collected when one changed, and not at every start."""

from pathlib import Path
from typing import Any

from fairport.config.static_files import collect_static_files


def test_only_a_change_collects_again(settings: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("p { color: black }")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert collect_static_files()
    assert not collect_static_files()
    (source / "page.css").write_text("p { color: navy }")
    (source / "more.css").write_text("a { color: navy }")
    assert collect_static_files()
    collected = [path.read_text() for path in (tmp_path / "static").glob("page.*.css")]
    assert collected == ["p { color: navy }"]
    assert list((tmp_path / "static").glob("more.*.css"))
