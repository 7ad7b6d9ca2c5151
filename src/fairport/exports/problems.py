"""A plain sentence for every stable code of this room."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "field_office_unknown": _("A port has no field office in the table of this export. Ask who runs Fairport here."),
    "export_months": _("The last month is before the first one, or more than five years after it."),
}
