"""Types that several files share: kronor, codes, maturity, recipient types, references.

Belongs here: a type or constraint that at least two schemas use. Does not: anything that only one
file or table needs.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)


class Strict(BaseModel):
    """A part of a file: unknown keys are refused, and what was read is never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RecipientType(StrEnum):
    """The four types of recipients that an agreement knows."""

    REGION = "region"
    KOMMUN = "kommun"
    LAN = "lan"
    SKR = "skr"


class Recipient(NamedTuple):
    """Who receives, as data names it: its type and its code within that type."""

    type: RecipientType
    code: str


class Level(StrEnum):
    """The level at which a population figure is published."""

    LAN = "lan"
    KOMMUN = "kommun"


class Maturity(StrEnum):
    """How far a figure can be trusted, from the best to the weakest."""

    DEFINITIVE = "definitive"
    PRELIMINARY = "preliminary"
    RECONSTRUCTED = "reconstructed"
    ESTIMATE = "estimate"
    UNRESOLVED = "unresolved"

    @property
    def rank(self) -> int:
        """0 for the best maturity; a higher number is weaker."""
        return list(type(self)).index(self)


def weakest(maturities: list[Maturity]) -> Maturity:
    """The maturity of a sum: that of its weakest part (`definitive` for a sum of nothing)."""
    return max(maturities, key=lambda maturity: maturity.rank, default=Maturity.DEFINITIVE)


NATION: Final = "00"
"""The code of the row *Riket*, in published tables and in ours."""

TOTAL: Final = "total"
"""Stands instead of a post where a figure is a recipient's total."""

_SPACES = re.compile(r"[ \u00a0\u202f]")


def whole_kronor(value: Any) -> Any:
    """Kronor as written in a file, `1 560 000 000` or `1560000000`, as an int.

    A float is refused whatever its value: what YAML read as 0.1 is already another number.
    """
    if isinstance(value, bool | float):
        raise ValueError("kronor are whole numbers: write 1 560 000 000, without decimals")
    if isinstance(value, str):
        text = _SPACES.sub(" ", value.strip())
        if not re.fullmatch(r"-?[0-9]+( [0-9]+)*", text):
            raise ValueError("kronor are whole numbers: write 1 560 000 000, without decimals")
        # A group of four is what a doubled zero looks like.
        if " " in text and not re.fullmatch(r"-?[0-9]{1,3}( [0-9]{3})+", text):
            raise ValueError("digits stand in groups of three: write 1 560 000 000")
        return int(text.replace(" ", ""))
    return value


Kronor = Annotated[int, BeforeValidator(whole_kronor)]
"""Whole kronor, possibly negative (a change)."""


LARGEST_SEK: Final = 10**15
"""Kronor that a table's integers, and a spreadsheet's, hold to the last one."""

Amount = Annotated[int, BeforeValidator(whole_kronor), Field(ge=0, le=LARGEST_SEK)]
"""Whole kronor to split or to pay: zero or more, and few enough for a table's integers."""

LanCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{2}$")]
RecipientCode = Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9]{2}|[0-9]{4}|SKR)$")]
Slug = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_-]*$")]
"""What a file calls one of its own parts: a source, a date, a group."""
PostId = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^(region|kommun|lan|skr)(/[a-z0-9]+(-[a-z0-9]+)*)+$"),
]
Sha256 = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, strip_whitespace=True)]

LONGEST_TITLE: Final = 300
"""Characters of what stands in headings and cells; no real one has half as many."""

_NO_TEXT = re.compile(r"\s*([=@]|[-+](?![0-9\s.,/%\u00a0\u202f]*$))")


def no_formula(text: str) -> str:
    """A text as it is. Raises ValueError for one that a spreadsheet would compute."""
    if _NO_TEXT.match(text):
        raise ValueError(
            "a text in a table begins with none of `=`, `+`, `-` and `@`: a spreadsheet would take "
            "it for a formula (a dash `–` may stand there)"
        )
    return text


Title = Annotated[Text, Field(max_length=LONGEST_TITLE), AfterValidator(no_formula)]
"""What something is called: it stands in headings, tables and files for spreadsheets."""

TitleOrBlank = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(no_formula)]
"""As `Title`, or blank."""

Cell = Annotated[Text, AfterValidator(no_formula)]
"""A text of any length that files for spreadsheets have in a cell of its own."""

CellOrBlank = Annotated[str, AfterValidator(no_formula)]
"""As `Cell`, or blank."""

WebAddress = Annotated[
    str, StringConstraints(strict=True, pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$")
]
"""Where something was fetched from; no other kind of address (`javascript:`, `file:`) is one."""

FormatOne = Literal[1]


class Reference(Strict):
    """Where in a source a figure stands."""

    source: Title
    section: TitleOrBlank | None = None
    table: TitleOrBlank | None = None
    page: TitleOrBlank | None = None
