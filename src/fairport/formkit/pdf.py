"""Paper: PDF documents with tags for screen readers, set by Typst from a template and data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"


def render_pdf(*, template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """A PDF/UA-1 document: `template` is the path of a .typ file under templates/, `data` any JSON.

    Texts reach the page as data and never as markup, so nothing that somebody typed can change the document. `at` is
    the date in the document's properties; the fonts are Typst's own, so the same data gives the same bytes anywhere.
    """
    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(at.timestamp()),
    )
