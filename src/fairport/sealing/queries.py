from __future__ import annotations

from fairport.sealing.keyring import load_keyring
from fairport.sealing.models import DataKey


def keyring_opens_everything() -> bool:
    """Whether the key ring has every master key that a data key of this database is wrapped by. Raises KeyringError."""
    foreign = DataKey.objects.filter(wrapped__isnull=False).exclude(master_id__in=load_keyring().masters)
    return not foreign.exists()
