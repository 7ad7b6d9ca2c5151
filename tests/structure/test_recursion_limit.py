"""No library may lift Python's limit of nested calls: a request's nested JSON would overflow the stack."""

import subprocess
import sys

from fairport.cli.bootstrap import SETTINGS


def test_the_limit_is_pythons_own_once_everything_is_imported() -> None:
    program = "import sys, django; django.setup(); import fairport.config.urls; print(sys.getrecursionlimit())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"DJANGO_SETTINGS_MODULE": SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1000\n"
