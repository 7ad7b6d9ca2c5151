"""The change of the share between two vintages."""

import polars as pl

from fairport.metros.errors import UnknownChoice
from fairport.metros.margins import overlap_factor
from fairport.metros.ranking import Ranking


def compare_rankings(newer: Ranking, older: Ranking) -> pl.DataFrame:
    """Return one row for each area that has the same code in both, in the newer one's order.

    Columns: `cbsa_code`, `earlier_rank`, `earlier_cohort`, `earlier_share_percent` (one decimal), `share_change` and
    `share_change_moe` (percentage points, exact; the margin null where one is missing), `change_significant` (at the
    90 % level; null without margin), `renamed` (the name differs: a sign that the area's limits were redrawn).

    Raises:
        UnknownChoice: the vintages are not one after the other.
    """
    if older.year >= newer.year:
        raise UnknownChoice(f"Compare {newer.year} with an earlier year, not with {older.year}.")
    earlier = older.areas.select(
        "cbsa_code",
        earlier_name="name",
        earlier_rank="rank",
        earlier_cohort="cohort",
        earlier_share_percent="share_percent",
        earlier_exact="share_exact",
        earlier_moe="share_moe",
    )
    factor = overlap_factor(first_year=newer.year, second_year=older.year)
    return (
        newer.areas.join(earlier, on="cbsa_code", maintain_order="left")
        .with_columns(
            share_change=pl.col("share_exact") - pl.col("earlier_exact"),
            share_change_moe=factor * (pl.col("share_moe") ** 2 + pl.col("earlier_moe") ** 2).sqrt(),
            renamed=pl.col("name") != pl.col("earlier_name"),
        )
        # Both sides are 1.645 standard errors.
        .with_columns(change_significant=pl.col("share_change").abs() > pl.col("share_change_moe"))
        .select(
            "cbsa_code",
            "earlier_rank",
            "earlier_cohort",
            "earlier_share_percent",
            "share_change",
            "share_change_moe",
            "change_significant",
            "renamed",
        )
    )
