"""The outsider's verifier: ``python -m fairport.domain verify DIR...``, with the standard library alone.

Exit status: 0 if everything that was checked is right, 1 if a bundle is wrong, 2 for wrong usage. An error is one plain
sentence on stderr.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from fairport.domain.bundle import BundleReport, VerificationFailed, verify_bundles

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
        if not folder.is_dir():
            print(f"{folder} is not a folder.", file=sys.stderr)
            return 2
    try:
        reports = verify_bundles(folders)
    except VerificationFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print("\n".join(describe(report) for report in reports))
    return 0


def describe(report: BundleReport) -> str:
    """Return a report as lines of text."""
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
