"""How a ranking can be written. Without Polars, so that a command can offer the list before it loads it."""

from enum import StrEnum


class Format(StrEnum):
    """How the ranking is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    PARQUET = "parquet"
    PNG = "png"


BINARY = frozenset({Format.PARQUET, Format.PNG})
