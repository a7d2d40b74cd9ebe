"""What the heading of a column of figures says: a year, ages, a sex, what is counted.

Belongs here: texts that hold several of them (`Folkmängd män 2024`), with codes or without. Does
not: which columns hold figures (`grid`), nor what a label means (`labels`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from schemas.sidecar import PopulationSidecar
from statsbidrag.errors import input_error
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.population.formats.cells import FETCH, Label, Variable
from statsbidrag.population.formats.identity import CONTENTS_CODE

_DAY: Final = re.compile(
    r"\b[0-9]{1,2} (?:jan|feb|mar|apr|ma[ij]|jun|jul|aug|sep|o[ck]t|nov|dec)[^\W\d_]*"
    r"(?= (?:19|20)[0-9]{2}\b|$)",
    re.IGNORECASE,
)
YEAR: Final = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2} - )?"
    r"(?P<text>(?:19|20)[0-9]{2}(?:-[0-9]{2}-[0-9]{2}|[MKQ][0-9]{1,2})?)(?![0-9])"
)
_SEX: Final = re.compile(
    r"(?:(?<!\S)(?:1\+2|[12]|(?-i:TotSa)) - )?"
    r"(?P<text>\b(?:totalt, samtliga män och kvinnor|total, men and women|båda könen"
    r"|män och kvinnor|kvinnor och män|both sexes|men and women|män|kvinnor|men|women|totalt|total"
    r"|(?-i:TotSa))(?!,? (?:ålder|age|all|samtliga åldrar))\b|(?<!\S)1\+2(?!\S))",
    re.IGNORECASE,
)
_AGE: Final = re.compile(
    r"(?:(?<!\S)(?:[0-9]{0,3}-?[0-9]{1,3}\+?(?:10|5|1)?|TOT(?:1|5|10)?|(?-i:TotSA)) - )?"
    r"(?P<text>totalt,? (?:ålder|samtliga åldrar)|total,? (?:all )?ages?"
    r"|(?<![0-9])[0-9]{1,3}(?:[-–][0-9]{1,3})?\+? "
    r"(?:år|years?)(?: (?:och|eller|and|or) (?:äldre|older|over))?"
    r"|(?<!\S)(?:[0-9]{0,3}-[0-9]{1,3}|[0-9]{1,3}\+(?:10|5|1)?|TOT(?:1|5|10)|(?-i:TotSA))(?!\S))",
    re.IGNORECASE,
)
"""Each with its code before it where both are written: `-4 - 0-4 år`, `2025 - 2025`."""
_MARITAL_STATUS: Final = re.compile(
    r"(?<!\S)(?:SC - )?(?:totalt, samtliga civilstånd|total, (?:all )?marital status(?:es)?)"
    r"|(?<!\S)SC(?!\S)"
)
"""The total of marital status: of everyone, as if nothing was said."""


def heads_of(
    file: Sealed[PopulationSidecar],
    rows: Sequence[Sequence[str]],
    columns: list[int],
    stubs: set[Variable],
) -> list[dict[Variable, Label]]:
    """What the heading of each column of figures says, each the same variables.

    `rows` are those of the heading; `stubs` what stands in front of the figures. Raises InputError
    where columns say different kinds of things.
    """
    levels = [list(row) for row in rows]
    if len(levels) > 1:
        # A heading that spans several columns stands over the first of them.
        for row in levels:
            for before, number in pairwise(columns):
                row[number] = row[number] or row[before]
    heads = [_said_by([row[number] for row in levels], stubs) for number in columns]
    if any(set(head) != set(heads[0]) for head in heads):
        raise input_error(
            file.path,
            "heading",
            expected="the same in each column of figures: years, sexes or contents",
            found=", ".join(f"`{' '.join(row[n] for row in levels)}`" for n in columns[:5]),
            action="a separator within a figure or a label makes two columns of one: " + FETCH,
        )
    return heads


def _said_by(texts: list[str], stubs: set[Variable]) -> dict[Variable, Label]:
    """One column's heading by variable; what is left over is what is counted."""
    found: dict[Variable, Label] = {}
    left: list[str] = []
    for text in texts:
        rest = _DAY.sub(" ", _MARITAL_STATUS.sub(" ", re.sub(r"[\s\u00a0]+", " ", text)))
        for variable, pattern in (
            (Variable.TIME, YEAR),
            (Variable.AGE, _AGE),
            (Variable.SEX, _SEX),
        ):
            match = None if variable in {*stubs, *found} else pattern.search(rest)
            if match:
                found[variable] = Label(match["text"])
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        left.extend(rest.replace(",", " ").split())
    code = next((word for word in left if CONTENTS_CODE.fullmatch(word)), "")
    left = [word for word in left if word not in (code, "-")]
    if Variable.SEX not in {*stubs, *found} and left and left[0] in {"1", "2"}:
        found[Variable.SEX] = Label(left.pop(0))
    words = " ".join(left)
    if Variable.CONTENTS not in stubs:
        found[Variable.CONTENTS] = Label(code or words, words if code else "")
    return found
