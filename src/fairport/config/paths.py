"""Where Fairport keeps the files that it makes itself."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parents[1]


def var_folder() -> Path:
    """Return the folder for the database, keys and collected files: `FAIRPORT_VAR`, or `var/` in the checkout."""
    chosen = os.environ.get("FAIRPORT_VAR")
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "var"
