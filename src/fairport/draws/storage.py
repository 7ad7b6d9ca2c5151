"""Reading and writing a draw's rows in bulk: COPY and one UPDATE, since an ORM loop over a large pool takes minutes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from fairport.draws.models import Draw, DrawFile


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What came out for one entry, by its id in the draw; see DrawEntry for the fields."""

    entry_id: str
    outcome: str
    step: str
    port: str
    date: date | None
    band: str
    lottery_rank: int
    rain_check_order: int | None
    rain_check_size: int | None


def write_file(*, draw: Draw, name: str, content: bytes) -> str:
    """Keeps one file of the bundle, byte for byte, and returns its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    DrawFile.objects.create(draw=draw, name=name, content=content, sha256=sha256)
    return sha256


def insert_entries(*, draw_id: str, rows: Iterable[tuple[str, uuid.UUID, int]]) -> None:
    """Adds the entries of a draw: (entry id, subject, size)."""
    statement = (
        "COPY draws_drawentry (draw_id, entry_id, subject_id, size, outcome, step, port, band)"
        " FROM STDIN (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["text", "text", "uuid", "int2", "text", "text", "text", "text"])
        for entry_id, subject_id, size in rows:
            copy.write_row((draw_id, entry_id, subject_id, size, "", "", "", ""))


def write_outcomes(*, draw_id: str, rows: Iterable[OutcomeRow]) -> int:
    """Writes what came out for each entry; returns how many entries were changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE draws_outcome (
                entry_id varchar(32), outcome varchar(12), step varchar(1), port varchar(4), date date,
                band varchar(5), lottery_rank int4, rain_check_order int4, rain_check_size int2
            ) ON COMMIT DROP
            """
        )
        with cursor.copy("COPY draws_outcome FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["varchar", "varchar", "varchar", "varchar", "date", "varchar", "int4", "int4", "int2"])
            for row in rows:
                copy.write_row(
                    (
                        row.entry_id,
                        row.outcome,
                        row.step,
                        row.port,
                        row.date,
                        row.band,
                        row.lottery_rank,
                        row.rain_check_order,
                        row.rain_check_size,
                    )
                )
        cursor.execute("ANALYZE draws_outcome")
        cursor.execute(
            """
            UPDATE draws_drawentry AS entry
            SET outcome = told.outcome, step = told.step, port = told.port, date = told.date, band = told.band,
                lottery_rank = told.lottery_rank, rain_check_order = told.rain_check_order,
                rain_check_size = told.rain_check_size
            FROM draws_outcome AS told
            WHERE entry.draw_id = %s AND entry.entry_id = told.entry_id
            """,
            [draw_id],
        )
        changed: int = cursor.rowcount
        # A second draw may run in the same transaction (tests): the name must be free again.
        cursor.execute("DROP TABLE draws_outcome")
    return changed
