"""The tables that stages hand to each other, as pandera models.

Belongs here: column names, types and rules of each table. Does not: how a table is read or
computed. `strict` and `ordered` everywhere: a table has these columns in this order and no other.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, NewType

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.common import Level, Maturity, RecipientType

OPEN_AGE: Final = 999
"""`age_to` of an open interval; all ages are 0 to OPEN_AGE."""

_CODE: Final = r"^([0-9]{2}|[0-9]{4}|SKR)$"
# One line, no formula of a spreadsheet's.
_NAME: Final = r"^[^=+@\s-].{0,299}$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_COUNTY_OR_BLANK: Final = r"^([0-9]{2})?$"
_IN_WORDS: Final = {
    _CODE: "a code as text with its zeros: 01, 0114 or SKR",
    _NAME: "one line of text that is no formula",
    _DAY: "a day, as 2024-11-01",
    _SLUG: "small letters a-z, digits and hyphens",
    _COUNTY_OR_BLANK: "a county's code as text with its zeros, or nothing",
}
_TYPES: Final = [str(member) for member in RecipientType]
_LEVELS: Final = [str(member) for member in Level]
_MATURITIES: Final = [str(member) for member in Maturity]


def texts_in_words(pattern: str) -> str:
    """What a column asks of its texts, by its pattern."""
    return _IN_WORDS.get(pattern, "a text of the column's kind")


class Table(pa.DataFrameModel):
    """A table with these columns in this order and no other."""

    class Config:
        strict = True
        ordered = True
        coerce = False

    @classmethod
    def columns(cls) -> list[str]:
        """The column names in order."""
        return list(cls.to_schema().columns)


class Register(Table):
    """The recipients: 21 counties, 21 regions, 290 municipalities, SKR; one row each."""

    type: Series[str] = pa.Field(isin=_TYPES)
    code: Series[str] = pa.Field(str_matches=_CODE)
    name: Series[str] = pa.Field(str_matches=_NAME)
    slug: Series[str] = pa.Field(str_matches=_SLUG)
    lan_code: Series[str] = pa.Field(str_matches=_COUNTY_OR_BLANK)

    class Config(Table.Config):
        unique: ClassVar[list[str]] = ["type", "code"]


class Population(Table):
    """An extract in normal form: persons per region, age interval, sex and day, each cell once.

    `age_from` to `age_to` are whole years, both included (`age_to` 999: and older); `sex` is
    `total`, `1` (men) or `2` (women), as SCB codes them. Wholes stand beside their parts as they
    were published, checked against them: no rows are to be added up without choosing which. Rows
    are in the order of the unique columns. Texts that
    repeat are categories: an extract has up to hundreds of thousands of rows.
    """

    region_code: Series[pd.CategoricalDtype] = pa.Field(str_matches=r"^([0-9]{2}|[0-9]{4})$")
    level: Series[pd.CategoricalDtype] = pa.Field(isin=_LEVELS)
    age_from: Series[int] = pa.Field(ge=0, le=OPEN_AGE)
    age_to: Series[int] = pa.Field(ge=0, le=OPEN_AGE)
    sex: Series[pd.CategoricalDtype] = pa.Field(isin=["total", "1", "2"])
    reference_date: Series[pd.CategoricalDtype] = pa.Field(str_matches=_DAY)
    population: Series[int] = pa.Field(ge=0)
    maturity: Series[pd.CategoricalDtype] = pa.Field(isin=_MATURITIES)

    class Config(Table.Config):
        unique: ClassVar[list[str]] = [
            *("region_code", "age_from", "age_to", "sex", "reference_date")
        ]


class Basis(Table):
    """The population that keys use: one row per basis and region.

    A basis is a reference date, a level and an age interval (`2024-11-01/kommun/0-18`, `…/alla`),
    or a table of weights (`weights/vantetider`; then `population` holds the weights).
    `table` is the producer's name of the table that was used (a successor's where that served), or
    that of the weights.
    `extract` and `sha256` name the file that the figure comes from; `positions` are the places of
    its parts in that file, as ranges: in the list of figures of json-stat2 and px from 0, or lines
    of a CSV and rows of a spreadsheet from 1.
    """

    basis: Series[str]
    reference_date: Series[str] = pa.Field(str_matches=_DAY)
    level: Series[str] = pa.Field(isin=_LEVELS)
    ages: Series[str]
    region_code: Series[str] = pa.Field(str_matches=_CODE)
    population: Series[int] = pa.Field(ge=0)
    maturity: Series[str] = pa.Field(isin=_MATURITIES)
    table: Series[str]
    extract: Series[str]
    sha256: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{64}$")
    positions: Series[str] = pa.Field(str_matches=r"^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$")

    class Config(Table.Config):
        unique: ClassVar[list[str]] = ["basis", "region_code"]


class Weights(Table):
    """A whole number per recipient: a weight, or how many units there are."""

    recipient_code: Series[str] = pa.Field(str_matches=_CODE, unique=True)
    weight: Series[int] = pa.Field(ge=0)


class Published(Table):
    """Figures as somebody printed them; `recipient_code` 00 is the printed row *Riket*."""

    agreement: Series[str]
    recipient_type: Series[str] = pa.Field(isin=_TYPES)
    recipient_code: Series[str] = pa.Field(str_matches=_CODE)
    post: Series[str]
    amount_sek: Series[int] = pa.Field(ge=0)
    source: Series[str] = pa.Field(str_matches=_NAME)

    class Config(Table.Config):
        unique: ClassVar[list[str]] = ["recipient_type", "recipient_code", "post"]


class Allocation(Table):
    """What each recipient gets: one row per post (or group, or total) and recipient.

    `kind` is `post`, `group` (the sum of a post's parts), `nation` (the sum of a printed column) or
    `total` (a recipient's total). `exact` is the unrounded share as `numerator/denominator`, empty
    where nothing was computed; `basis` names the population bases that it rests on.
    """

    agreement: Series[str]
    kind: Series[str] = pa.Field(isin=["post", "group", "nation", "total"])
    post: Series[str]
    recipient_type: Series[str] = pa.Field(isin=_TYPES)
    recipient_code: Series[str] = pa.Field(str_matches=_CODE)
    recipient_name: Series[str] = pa.Field(str_length={"min_value": 1})
    exact: Series[str] = pa.Field(str_matches=r"^(-?[0-9]+/[0-9]+)?$")
    amount_sek: Series[pd.Int64Dtype] = pa.Field(ge=0, nullable=True)
    maturity: Series[str] = pa.Field(isin=_MATURITIES)
    published_sek: Series[pd.Int64Dtype] = pa.Field(ge=0, nullable=True)
    basis: Series[str]

    class Config(Table.Config):
        unique: ClassVar[list[str]] = ["post", "recipient_type", "recipient_code"]


ALLOCATION_CSV: Final = [
    "agreement",
    "post",
    "recipient_type",
    "recipient_code",
    "recipient_name",
    "amount_sek",
    "maturity",
    "published_sek",
]
"""The columns that `allocate --format csv` prints, and no other."""


PopulationFrame = NewType("PopulationFrame", pd.DataFrame)
"""A table that follows `Population`: the cells of one file, or of one of its days."""

BasisTable = NewType("BasisTable", pd.DataFrame)
"""A table that follows `Basis`: the persons or weights that keys share by."""

PublishedTable = NewType("PublishedTable", pd.DataFrame)
"""A table that follows `Published`: what others have printed."""

AllocationTable = NewType("AllocationTable", pd.DataFrame)
"""A table that follows `Allocation`: every amount, sum and total of an agreement."""


def checked(table: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """The frame itself if it is such a table. Raises `pandera.errors.SchemaErrors` otherwise."""
    result: Any = table.validate(frame, lazy=True)
    return pd.DataFrame(result)
