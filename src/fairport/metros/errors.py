"""What can be wrong with the figures. Each failure has a stable code and says in one sentence what to do."""


class MetrosError(Exception):
    """The ranking refuses what it was given."""

    code = "metros_refused"


class NoDataHere(MetrosError):
    """The figures asked for are not among those that ship with Fairport."""

    code = "no_data_here"


class NoKey(MetrosError):
    """The Census API is asked without a key, or with one it does not know."""

    code = "census_key_missing"


class NotAnAnswer(MetrosError):
    """The Census API answered with something that is no table: a page, an error, broken JSON."""

    code = "census_answer_unreadable"


class Unreachable(MetrosError):
    """The Census API did not answer, after several tries."""

    code = "census_unreachable"


class YearMissing(MetrosError):
    """The source has no figures for that year."""

    code = "year_missing"


class FileMissing(MetrosError):
    """A file that the ranking needs is not in the folder."""

    code = "file_missing"


class FileTruncated(MetrosError):
    """A file ends in the middle, or areas are missing in it."""

    code = "file_truncated"


class LabelMissing(MetrosError):
    """A column cannot be found by its label."""

    code = "label_missing"


class ColumnMissing(MetrosError):
    """A column that the labels name is not in the data."""

    code = "column_missing"


class BadValue(MetrosError):
    """A value is no count of people."""

    code = "bad_value"


class ShareOverWhole(MetrosError):
    """More people were born abroad than live there, or more in one country than abroad."""

    code = "share_over_whole"


class BadAreaName(MetrosError):
    """An area's name does not say whether it is a metropolitan or a micropolitan area, or in which state it is."""

    code = "bad_area_name"


class UnknownChoice(MetrosError):
    """A state, country or area that the figures do not have."""

    code = "unknown_choice"
