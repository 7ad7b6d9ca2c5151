"""The outsider's verifier: ``python -m fairport.domain verify DIR...``, with the standard library alone.

Exit status: 0 if every draw is whole and right, 1 if a bundle is wrong, 2 for wrong usage, 3 if nothing is wrong but
files are missing, so that a draw is only partly checked and not proven. An error is one plain sentence on stderr.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from fairport.domain.bundle import BundleReport, VerificationFailed, verify_bundles

PARTLY_CHECKED: Final = 3
_PROGRAM: Final = "python -m fairport.domain"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Use: {_PROGRAM} verify DIR...\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; wrong usage raises ``SystemExit(2)``."""
    for stream in (sys.stdout, sys.stderr):
        # Names of folders can hold bytes that no encoding has.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _Parser(prog=_PROGRAM, description="Check published draws without trusting anyone.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    verify = commands.add_parser("verify", help="compute published draws again and compare")
    verify.add_argument("folders", nargs="+", metavar="DIR", type=Path, help="the folder of one draw's bundle")
    folders: list[Path] = parser.parse_args(arguments).folders
    for folder in folders:
        if not os.path.isdir(folder):
            print(f"{folder} is not a folder.", file=sys.stderr)
            return 2
    try:
        reports = verify_bundles(folders)
    except VerificationFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print("\n".join(describe(report) for report in reports))
    return exit_status(reports)


def exit_status(reports: Iterable[BundleReport]) -> int:
    """Return 3 if files are missing in any bundle, else 0: no script shall take such a draw for a proven one."""
    return PARTLY_CHECKED if any(report.missing for report in reports) else 0


def describe(report: BundleReport) -> str:
    """Return a report as lines of text."""
    if report.missing:
        head = (
            f"{report.draw_id} (draw {report.sequence}): PARTLY CHECKED, the draw is not proven. "
            f"Missing: {', '.join(report.missing)}. What is here is right."
        )
    else:
        head = (
            f"{report.draw_id} (draw {report.sequence}): {report.entries} entries, {report.offers} offers, "
            f"{report.rain_checks} rain-checks. Computed again, everything is the same."
        )
    return "\n".join(
        [
            head,
            *(f"  proven: {sentence}" for sentence in report.proven),
            *(f"  NOT proven: {sentence}" for sentence in report.not_proven),
            *(f"  WARNING: {sentence}" for sentence in report.warnings),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
