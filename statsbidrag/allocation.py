"""The allocation: every amount of an agreement, exact and rounded, with what it rests on.

Belongs here: from posts, register and population to the table of amounts, sums and totals. Does
not: a key's arithmetic (`statsbidrag.keys`), or comparisons (`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from schemas import tables
from schemas.agreement import Agreement, Post, RestStep, Rounding, RoundingMethod, TotalsFrom
from schemas.common import NATION, TOTAL, Maturity, RecipientType, weakest
from statsbidrag import register as reg
from statsbidrag.errors import ProgramError
from statsbidrag.frames import checked_own
from statsbidrag.keys import PopulationOf, Split, UnfitKeyError, split
from statsbidrag.population import BasisKey, maturity_of
from statsbidrag.rounding import round_column

NATION_NAME = "Riket"


@dataclass(frozen=True)
class Cell:
    """One amount: whose, for what, exactly, in whole kronor, and on which population."""

    kind: str
    post: str
    recipient_type: RecipientType
    code: str
    name: str
    exact: Fraction
    amount_sek: int
    maturity: Maturity
    basis: tuple[str, ...]


@dataclass(frozen=True)
class AmountRow:
    """One row of the allocation; `amount_sek` is None for an unresolved post."""

    agreement: str
    kind: str
    post: str
    recipient_type: RecipientType
    recipient_code: str
    recipient_name: str
    amount_sek: int | None
    maturity: Maturity
    published_sek: int | None
    basis: tuple[str, ...]

    @property
    def cell(self) -> str:
        """What the row is called: `lan/suicidprevention lan:23`."""
        return f"{self.post} {self.recipient_type}:{self.recipient_code}"


def rows(allocation: pd.DataFrame) -> list[AmountRow]:
    """The rows of a frame `schemas.tables.Allocation`, typed."""
    return [
        AmountRow(
            agreement=record["agreement"],
            kind=record["kind"],
            post=record["post"],
            recipient_type=RecipientType(record["recipient_type"]),
            recipient_code=record["recipient_code"],
            recipient_name=record["recipient_name"],
            amount_sek=None if pd.isna(record["amount_sek"]) else int(record["amount_sek"]),
            maturity=Maturity(record["maturity"]),
            published_sek=None
            if pd.isna(record["published_sek"])
            else int(record["published_sek"]),
            basis=tuple(record["basis"].split()),
        )
        for record in allocation.to_dict("records")
    ]


def allocate(
    agreement: Agreement, register: pd.DataFrame, basis: pd.DataFrame, published: pd.DataFrame
) -> pd.DataFrame:
    """Every amount of the agreement (`schemas.tables.Allocation`), all kinds of rows.

    The order is that of `allocate --totals`: each post's rows by code, after a post (or group of
    parts) its sums, and the recipients' totals last.
    """
    cells: list[Cell] = []
    for block in _blocks(agreement):
        parts = [_post_cells(agreement, post, register, basis) for post in block]
        for part in parts:
            cells.extend(part)
        sums = [_nation_cell(part) for part in parts]
        group = block[0].part_of
        if group is not None:
            summed = _summed(agreement, parts, "group", group)
            cells.extend(summed)
            sums.append(_nation_cell(summed))
        cells.extend(sums)
    for recipients in agreement.types():
        own = [
            [cell for cell in cells if cell.kind == "post" and cell.post == post.id]
            for post in agreement.posts_of(recipients)
        ]
        totals = _summed(agreement, own, "total", TOTAL)
        cells.extend([*totals, _nation_cell(totals)])
    return _frame(agreement, cells, published)


def split_post(
    agreement: Agreement, post: Post, register: pd.DataFrame, basis: pd.DataFrame
) -> Split:
    """One post's exact shares, step by step. Raises ProgramError if they do not sum to the post."""
    codes = reg.codes(register, post.recipients)
    population = population_of(agreement, post, codes, basis)
    try:
        return split(post, codes, population, agreement.groups)
    except UnfitKeyError as error:
        raise ProgramError(f"{agreement.id} {post.id}: {error}") from None


def basis_keys(agreement: Agreement, post: Post) -> list[BasisKey]:
    """The population bases that a post's key uses."""
    level = agreement.population.levels.get(post.recipients)
    return [
        BasisKey(agreement.population.reference_date, level, step.rest.ages)
        for step in post.key
        if isinstance(step, RestStep) and step.rest.by == "population" and level is not None
    ]


def population_of(
    agreement: Agreement, post: Post, codes: Sequence[str], basis: pd.DataFrame
) -> PopulationOf:
    """Each recipient's population on each basis that the post's key uses.

    A recipient's population is that of the regions whose codes begin with its own: a county's own
    row, or its municipalities' where the agreement names that level.
    """
    by_ages: dict[str, dict[str, int]] = {}
    for key in basis_keys(agreement, post):
        rows = basis[basis["basis"] == str(key)]
        width = len(codes[0])
        summed = rows.groupby(rows["region_code"].str[:width])["population"].sum()
        by_ages[str(key.ages)] = {code: int(summed[code]) for code in codes}
    return PopulationOf(by_ages)


def _blocks(agreement: Agreement) -> list[list[Post]]:
    blocks: list[list[Post]] = []
    for post in agreement.posts:
        if post.part_of and blocks and blocks[-1][0].part_of == post.part_of:
            blocks[-1].append(post)
        else:
            blocks.append([post])
    return blocks


def _post_cells(
    agreement: Agreement, post: Post, register: pd.DataFrame, basis: pd.DataFrame
) -> list[Cell]:
    shares = split_post(agreement, post, register, basis)
    names = reg.names(register, post.recipients)
    codes = sorted(names)
    exact = [shares.exact(code) for code in codes]
    rounding = agreement.rounding_of(post)
    amounts = _rounded(exact, rounding, f"{agreement.id} {post.id}", post.amount)
    bases = tuple(str(key) for key in basis_keys(agreement, post))
    maturity = weakest([maturity_of(basis, name) for name in bases])
    return [
        Cell("post", post.id, post.recipients, code, names[code], share, amount, maturity, bases)
        for code, share, amount in zip(codes, exact, amounts, strict=True)
    ]


def _rounded(exact: list[Fraction], rounding: Rounding, what: str, amount: int) -> list[int]:
    """The rounded column; that it sums as its convention says is checked here, once."""
    try:
        amounts = round_column(exact, rounding)
    except ValueError as error:
        raise ProgramError(f"{what}: {error}") from None
    difference = sum(amounts) - amount
    allowed = Fraction(len(exact) * rounding.unit, 2)
    if rounding.method != RoundingMethod.HALF_UP:
        allowed = Fraction(0)
    if sum(exact, Fraction(0)) != amount or abs(difference) > allowed:
        raise ProgramError(f"{what}: {sum(amounts)} kr allocated of {amount} kr")
    return amounts


def _summed(
    agreement: Agreement, parts: Sequence[Sequence[Cell]], kind: str, post: str
) -> list[Cell]:
    """Per recipient, the sum over parts by the agreement's convention for totals."""
    columns = list(zip(*parts, strict=True))
    exact = [sum((cell.exact for cell in cells), Fraction(0)) for cells in columns]
    if agreement.rounding.totals == TotalsFrom.PRINTED:
        amounts = [sum(cell.amount_sek for cell in cells) for cells in columns]
    else:
        amounts = round_column(exact, agreement.rounding)
    return [
        Cell(
            kind,
            post,
            cells[0].recipient_type,
            cells[0].code,
            cells[0].name,
            share,
            amount,
            weakest([cell.maturity for cell in cells]),
            _union(cell.basis for cell in cells),
        )
        for cells, share, amount in zip(columns, exact, amounts, strict=True)
    ]


def _nation_cell(cells: Sequence[Cell]) -> Cell:
    """The sum of a printed column."""
    first = cells[0]
    return Cell(
        "nation",
        first.post,
        first.recipient_type,
        NATION,
        NATION_NAME,
        sum((cell.exact for cell in cells), Fraction(0)),
        sum(cell.amount_sek for cell in cells),
        weakest([cell.maturity for cell in cells]),
        _union(cell.basis for cell in cells),
    )


def _union(bases: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in bases for name in names))


def _frame(agreement: Agreement, cells: Sequence[Cell], published: pd.DataFrame) -> pd.DataFrame:
    known = {
        (str(row.post), str(row.recipient_type), str(row.recipient_code)): row.amount_sek
        for row in published.itertuples(index=False)
    }
    frame = pd.DataFrame(
        {
            "agreement": [agreement.id] * len(cells),
            "kind": [cell.kind for cell in cells],
            "post": [cell.post for cell in cells],
            "recipient_type": [str(cell.recipient_type) for cell in cells],
            "recipient_code": [cell.code for cell in cells],
            "recipient_name": [cell.name for cell in cells],
            "exact": [f"{cell.exact.numerator}/{cell.exact.denominator}" for cell in cells],
            "amount_sek": pd.Series([cell.amount_sek for cell in cells], dtype="Int64"),
            "maturity": [str(cell.maturity) for cell in cells],
            "published_sek": pd.Series(
                [known.get((c.post, str(c.recipient_type), c.code)) for c in cells], dtype="Int64"
            ),
            "basis": [" ".join(cell.basis) for cell in cells],
        }
    )
    return checked_own(tables.Allocation, frame)
