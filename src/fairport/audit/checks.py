from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from fairport.audit.keys import WitnessesInvalid, origin_of, witness_keys
from fairport.audit.models import LogName
from fairport.sealing.keyring import KeyringError


@register()
def check_logs(**_options: Any) -> list[CheckMessage]:
    """A name or a list of witnesses that cannot be used is said at the start, not at the first checkpoint."""
    if not Path(settings.KEYRING).exists():
        # Nothing can be signed yet; making the key ring comes first.
        return []
    try:
        for log in LogName:
            origin_of(log=log)
        witness_keys()
    except KeyringError as error:
        return [Error(str(error), id="fairport.E001")]
    except WitnessesInvalid as error:
        return [Error(str(error), hint="Correct the file that FAIRPORT_WITNESSES names.", id="fairport.E002")]
    return []
