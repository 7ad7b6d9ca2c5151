"""What a run came to at each port, counted once, since nobody can count a million lines for a page."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable

from fairport.draws.models import Draw, DrawPortCount
from fairport.draws.pool import DrawnOffer


def write_port_counts(*, draw: Draw, pool: bytes, offers: Iterable[DrawnOffer], void: Collection[uuid.UUID]) -> None:
    """Keeps for each port who named it, and who was offered a place there; in the run's transaction."""
    # Many groups are alike in size and ports: a million lines are some thousand kinds.
    kinds = Counter(_size_and_ports(line) for line in pool.splitlines())
    groups: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for (size, ports), count in kinds.items():
        for port in ports.decode("ascii").split(";"):
            groups[port] += count
            people[port] += count * int(size)
    offered_groups: Counter[str] = Counter()
    offered_people: Counter[str] = Counter()
    for offer in offers:
        if offer.subject_id not in void:
            offered_groups[offer.port] += 1
            offered_people[offer.port] += offer.size
    DrawPortCount.objects.bulk_create(
        DrawPortCount(
            draw=draw,
            port=port,
            groups=groups[port],
            people=people[port],
            offered_groups=offered_groups[port],
            offered_people=offered_people[port],
        )
        for port in sorted(groups | offered_groups)
    )


def _size_and_ports(line: bytes) -> tuple[bytes, bytes]:
    _entry, size, _tier, _weight, _registered, ports = line.split(b",")
    return size, ports
