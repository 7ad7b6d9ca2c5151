"""Collecting the static files, which compresses each of them, only when one has changed."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_static_files() -> bool:
    """Bring `STATIC_ROOT` up to date, with nothing left in it from before. False when it was."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".sha256")
    digest = _digest()
    if Path(settings.STATIC_ROOT).is_dir() and stamp.exists() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)
    return True


def _digest() -> str:
    whole = hashlib.sha256(f"{version('django')} {version('whitenoise')} {version('brotli')}".encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(path) as file:
                content = hashlib.sha256(file.read()).hexdigest()
            whole.update(f"\n{path}\0{content}".encode())
    return whole.hexdigest()
