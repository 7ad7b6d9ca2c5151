"""Inserting many rows of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection, models
from psycopg import sql

_WORTH_A_COPY: Final = 50


def insert_rows(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Inserts new rows whose keys are set; with COPY where they are many, which Django's own INSERT takes long for."""
    if len(rows) < _WORTH_A_COPY:
        model._default_manager.bulk_create(rows)
        return
    names = [field.attname for field in model._meta.concrete_fields]
    columns = [sql.Identifier(str(field.column)) for field in model._meta.concrete_fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])
