"""The amounts of a revision, and what they rest on, as CSV files that people open.

Belongs here: `allocation.csv`, `totals.csv` and the tables of posts, population and derivations
in `audit/`. Does not: what machines read back (`statsbidrag.publication.recording`), the
comparisons (`statsbidrag.documents.audit`), or the machine's form of the allocation (the command
`allocate --format csv`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.agreement import Agreement, Post
from schemas.common import Maturity
from schemas.register import TypesInWords
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.agreement.citations import clause
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.derivation import Derivation, DerivationStep
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.files.csv_files import csv_bytes, csv_rows
from statsbidrag.swedish.key_sentences import key_in_words

SUMS: Final = {"group": "summa av en posts delar", "nation": "riket", "total": "totalbelopp"}
"""What each kind of sum is called, by `AmountRow.kind`."""

AMOUNT_HEAD: Final = [
    "överenskommelse",
    "post",
    "mottagartyp",
    "kod",
    "mottagare",
    "belopp, kr",
    "mognad",
    "publicerat, kr",
]
"""The columns of amounts; in `totals.csv` the kind of sum stands before them."""


def allocation_csv(allocation: AllocationTable, types: TypesInWords) -> bytes:
    """`allocation.csv`: every recipient's amount of every post, and no sums."""
    own = [row for row in rows(allocation) if row.kind == "post"]
    return csv_bytes(AMOUNT_HEAD, (_amount(row, types) for row in own))


def totals_csv(allocation: AllocationTable, types: TypesInWords) -> bytes:
    """`totals.csv`: sums of a post's parts, of columns (*riket*) and per recipient."""
    own = [row for row in rows(allocation) if row.kind != "post"]
    return csv_bytes(
        ["slag", *AMOUNT_HEAD], ([SUMS[row.kind], *_amount(row, types)] for row in own)
    )


@dataclass(frozen=True)
class AmountLine:
    """A line of `allocation.csv` or `totals.csv` as text. `named` is how the line says whose.

    `before` counts the lines above with the same post and code: the table's other recipient types.
    """

    post: str
    code: str
    before: int
    amount: str
    published: str
    named: str


def amount_lines(content: bytes, *, sums: bool = False) -> list[AmountLine]:
    """The lines of `allocation.csv`, or with `sums` of `totals.csv`, by where the columns stand.

    Their words may be those of another program than this. Raises ValueError for another table.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for row in csv_rows(content):
        cells = [*row.values()]
        kind, cells = cells[: int(sums)], cells[int(sums) :]
        if len(cells) != len(AMOUNT_HEAD):
            raise ValueError(f"{len(row)} columns, which is no table of amounts")
        _, post, recipients, code, _, amount, _, published = cells
        named = " ".join([*kind, post, recipients, code])
        found.append(AmountLine(post, code, seen[post, code], amount, published, named))
        seen[post, code] += 1
    return found


def _amount(row: AmountRow, types: TypesInWords) -> list[object]:
    return [
        row.agreement,
        row.post,
        types[row.recipient_type].singular,
        row.recipient_code,
        row.recipient_name,
        row.amount_sek,
        MATURITIES[row.maturity],
        row.published_sek,
    ]


POPULATION_HEAD: Final = [
    "underlag",
    "dag",
    "nivå",
    "åldrar",
    "kod",
    "antal",
    "mognad",
    "fil",
    "sha256",
    "platser i filen",
]
"""The columns of `audit/folkmangd.csv`."""
POST_HEAD: Final = [
    "post",
    "mottagartyp",
    "rubrik",
    "belopp, kr",
    "regel",
    "avrundning",
    "enhet, kr",
    "bestämmelse",
    "del av",
]
"""The columns of `audit/poster.csv`."""
DERIVATION_HEAD: Final = [
    "post",
    "mottagartyp",
    "kod",
    "mottagare",
    "steg",
    "i ord",
    "formel",
    "exakt, kr",
    "eget underlag",
    "allas underlag",
    "underlag",
]
"""The columns of `audit/harledning.csv`."""


def population_csv(basis: BasisTable) -> bytes:
    """`audit/folkmangd.csv`: every figure of population (or weight) that an amount rests on."""
    own = basis.drop(columns="table")
    own["maturity"] = [MATURITIES[Maturity(name)] for name in own["maturity"]]
    return csv_bytes(POPULATION_HEAD, own.itertuples(index=False, name=None))


def posts_csv(agreement: Agreement, types: TypesInWords) -> bytes:
    """`audit/poster.csv`: every post with its money, rule in words, rounding and clause."""
    return csv_bytes(POST_HEAD, (_post(agreement, post, types) for post in agreement.posts))


def _post(agreement: Agreement, post: Post, types: TypesInWords) -> list[object]:
    rounding = agreement.rounding_of(post)
    return [
        post.id,
        types[post.recipients].singular,
        post.label,
        post.amount,
        key_in_words(agreement, post, types),
        str(rounding.method),
        rounding.unit,
        clause(agreement, post),
        next((group.label for group in agreement.post_groups if group.id == post.part_of), ""),
    ]


def derivation_csv(derivations: Iterable[Derivation], types: TypesInWords) -> bytes:
    """`audit/harledning.csv`: one row per post, recipient and step of the key.

    The exact value of a step is a fraction of whole numbers; the recipient's amount is the sum of
    its steps, rounded. The population (or weight) is the recipient's own and that of all who share.
    """
    return csv_bytes(
        DERIVATION_HEAD,
        (
            _step(derivation, number, step, types)
            for derivation in derivations
            for number, step in enumerate(derivation.steps, start=1)
        ),
    )


def _step(
    derivation: Derivation, number: int, step: DerivationStep, types: TypesInWords
) -> list[object]:
    cell = step.population
    return [
        derivation.post,
        types[derivation.recipient_type].singular,
        derivation.recipient_code,
        derivation.recipient_name,
        number,
        step.words,
        step.formula,
        f"{step.value.numerator}/{step.value.denominator}",
        *((cell.recipient, cell.nation, cell.basis) if cell else ("", "", "")),
    ]
