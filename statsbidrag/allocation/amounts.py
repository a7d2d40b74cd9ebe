"""The allocation: every amount of an agreement, exact and rounded, with what it rests on.

Belongs here: from posts, register and population to the table of amounts, sums and totals. Does
not: a key's arithmetic (`statsbidrag.allocation.keys`), or comparisons
(`statsbidrag.reconciliation`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from schemas import tables
from schemas.agreement import Agreement, Post, Rounding, RoundingMethod, TotalsFrom
from schemas.common import NATION, TOTAL, Maturity, Recipient, RecipientType, weakest
from schemas.keys import ShareBy, shares_of
from schemas.tables import AllocationTable, BasisTable, PublishedTable
from statsbidrag.allocation.keys import Split, UnfitKeyError, met, split
from statsbidrag.allocation.rounding import round_column, round_sums
from statsbidrag.errors import ProgramError, input_error
from statsbidrag.files.checked_tables import checked_own
from statsbidrag.population.basis import maturity_of
from statsbidrag.population.demand import BasisKey, basis_of
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

NATION_NAME = "Riket"


@dataclass(frozen=True)
class Cell:
    """One amount: whose, for what, exactly, in whole kronor, and on which population.

    An unresolved one is neither exact nor in kronor.
    """

    kind: str
    post: str
    recipient_type: RecipientType
    code: str
    name: str
    exact: Fraction | None
    amount_sek: int | None
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
    exact: Fraction | None
    amount_sek: int | None
    maturity: Maturity
    published_sek: int | None
    basis: tuple[str, ...]

    @property
    def recipient(self) -> Recipient:
        """Whose row it is."""
        return Recipient(self.recipient_type, self.recipient_code)

    @property
    def cell(self) -> str:
        """What the row is called: `lan/suicidprevention lan:23`."""
        return f"{self.post} {self.recipient_type}:{self.recipient_code}"


def rows(allocation: AllocationTable) -> list[AmountRow]:
    """The rows of a frame `schemas.tables.Allocation`, typed."""
    # Column by column, for it is asked thousands of times, and a frame gives its rows slowly.
    texts = {name: allocation[name].tolist() for name in tables.Allocation.columns()}
    return [
        AmountRow(*row)
        for row in zip(
            texts["agreement"],
            texts["kind"],
            texts["post"],
            map(RecipientType, texts["recipient_type"]),
            texts["recipient_code"],
            texts["recipient_name"],
            map(_fraction, texts["exact"]),
            _whole(allocation["amount_sek"]),
            map(Maturity, texts["maturity"]),
            _whole(allocation["published_sek"]),
            (tuple(text.split()) for text in texts["basis"]),
            strict=True,
        )
    ]


def _fraction(text: str) -> Fraction | None:
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator)) if text else None


def _whole(column: pd.Series) -> Iterator[int | None]:
    """Kronor, None where there are none."""
    for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True):
        yield None if missing else int(value)


def allocate(
    agreement: Agreement, register: Register, basis: BasisTable, published: PublishedTable
) -> AllocationTable:
    """Every amount of the agreement, all kinds of rows.

    The order is that of `allocate --totals`: each post's rows by code, after a post (or group of
    parts) its sums, and the recipients' totals last.
    """
    cells: list[Cell] = []
    by_post: dict[str, list[Cell]] = {}
    for block in _blocks(agreement):
        sums = []
        for post in block:
            own = _post_cells(agreement, post, register, basis, published)
            by_post[post.id] = own
            cells.extend(own)
            sums.append(_nation_cell(post.id, post.recipients, own))
        group = block[0].part_of
        if group is not None:
            summed = _summed(agreement, block, by_post, "group", group, register)
            cells.extend(summed)
            sums.append(_nation_cell(group, block[0].recipients, summed))
        cells.extend(sums)
    for recipients in agreement.types():
        posts = agreement.posts_of(recipients)
        totals = _summed(agreement, posts, by_post, "total", TOTAL, register)
        cells.extend([*totals, _nation_cell(TOTAL, recipients, totals)])
    return _frame(agreement, cells, published)


def split_post(agreement: Agreement, post: Post, register: Register, basis: BasisTable) -> Split:
    """One post's exact shares, step by step.

    Raises InputError where the key does not fit what there is to split (a cap that cannot hold it,
    a ladder that gives out more): that depends on the population, so it shows only here.
    """
    codes = reg.codes(register, post.recipients)
    measures = Measured(agreement, post, codes, basis)
    try:
        return split(post, codes, measures, agreement.groups)
    except UnfitKeyError as error:
        raise input_error(
            f"agreements/{agreement.id}.yaml",
            f"post {post.id}, key",
            expected=_grouped(
                f"a key that gives out the post's {post.amount} kr, neither more nor less"
            ),
            found=_grouped(error),
            action="correct the key or the amount; `- undistributed: <why>` if some is to be left",
        ) from None


def _grouped(message: object) -> str:
    """A message whose numbers of four figures or more stand in groups: `1 000 000 kr`."""
    return re.sub(r"\d{4,}", lambda n: f"{int(n[0]):,}".replace(",", " "), str(message))


def basis_keys(agreement: Agreement, post: Post) -> list[BasisKey]:
    """The population bases and weight tables that a post's key uses, in its order."""
    return [
        key
        for step in post.key
        for share in shares_of(step)
        if (key := basis_of(agreement, post.recipients, share)) is not None
    ]


class Measured:
    """Each recipient's population or weight; what keys see of the basis.

    A recipient's population is that of the regions whose codes begin with its own: a county's own
    row, or its municipalities' where the agreement names that level.
    """

    def __init__(
        self, agreement: Agreement, post: Post, codes: Sequence[str], basis: BasisTable
    ) -> None:
        """`codes` are the post's recipients, `basis` a frame of `schemas.tables.Basis`."""
        self._agreement = agreement
        self._post = post
        self._codes = codes
        self._basis = basis

    def __call__(self, share: ShareBy) -> Mapping[str, int]:
        """Persons (or weights) per recipient code."""
        wanted = str(basis_of(self._agreement, self._post.recipients, share))
        width = len(self._codes[0])
        summed: dict[str, int] = {}
        # Lists, for a post is split thousands of times, and a frame groups a few rows slowly.
        columns = (self._basis[name].tolist() for name in ("basis", "region_code", "population"))
        for basis, region, persons in zip(*columns, strict=True):
            if basis == wanted:
                summed[region[:width]] = summed.get(region[:width], 0) + int(persons)
        return {code: summed[code] for code in self._codes}


def _blocks(agreement: Agreement) -> list[list[Post]]:
    blocks: list[list[Post]] = []
    for post in agreement.posts:
        if post.part_of and blocks and blocks[-1][0].part_of == post.part_of:
            blocks[-1].append(post)
        else:
            blocks.append([post])
    return blocks


def _post_cells(
    agreement: Agreement,
    post: Post,
    register: Register,
    basis: BasisTable,
    published: PublishedTable,
) -> list[Cell]:
    names = reg.names(register, post.recipients)
    if post.unresolved:
        known = published[published["post"] == post.id]["recipient_code"]
        codes = sorted(code for code in names if code in set(known))
        return [_unresolved("post", post.id, post.recipients, code, names[code]) for code in codes]
    shares = split_post(agreement, post, register, basis)
    codes = sorted(names)
    exact = [shares.exact(code) for code in codes]
    rounding = agreement.rounding_of(post)
    to_share = post.amount - shares.outside
    amounts = _rounded(exact, rounding, agreement, post, to_share)
    if post.condition is not None:
        paid = met(codes, agreement.groups[post.condition.met_by])
        exact = [e if code in paid else Fraction(0) for code, e in zip(codes, exact, strict=True)]
        amounts = [a if code in paid else 0 for code, a in zip(codes, amounts, strict=True)]
    bases = tuple(dict.fromkeys(str(key) for key in basis_keys(agreement, post)))
    maturity = weakest([maturity_of(basis, name) for name in bases])
    return [
        Cell("post", post.id, post.recipients, code, names[code], share, amount, maturity, bases)
        for code, share, amount in zip(codes, exact, amounts, strict=True)
    ]


def _unresolved(kind: str, post: str, recipients: RecipientType, code: str, name: str) -> Cell:
    return Cell(kind, post, recipients, code, name, None, None, Maturity.UNRESOLVED, ())


def _rounded(
    exact: list[Fraction],
    rounding: Rounding,
    agreement: Agreement,
    post: Post,
    to_share: Fraction,
) -> list[int]:
    """The rounded column; that it sums as its convention says is checked here, once."""
    try:
        amounts = round_column(exact, rounding)
    except ValueError as error:
        raise input_error(
            f"agreements/{agreement.id}.yaml",
            f"post {post.id}, rounding",
            expected=_grouped(
                f"a sum that {rounding.method} can meet in units of {rounding.unit} kr"
            ),
            found=_grouped(error),
            action="correct the amount, the unit or the method",
        ) from None
    difference = sum(amounts) - to_share
    allowed = Fraction(len(exact) * rounding.unit, 2)
    if rounding.method != RoundingMethod.HALF_UP:
        allowed = Fraction(0)
    if sum(exact, Fraction(0)) != to_share or abs(difference) > allowed:
        raise ProgramError(
            f"{agreement.id} {post.id}: {sum(amounts)} kr allocated of {to_share} kr"
        )
    return amounts


def _summed(
    agreement: Agreement,
    posts: Sequence[Post],
    by_post: Mapping[str, Sequence[Cell]],
    kind: str,
    name: str,
    register: Register,
) -> list[Cell]:
    """Per recipient, the sum over posts by the agreement's convention for totals.

    A sum that needs an unresolved post is unresolved itself, for every recipient of the type.
    """
    recipients = posts[0].recipients
    names = reg.names(register, recipients)
    if any(post.unresolved for post in posts):
        return [_unresolved(kind, name, recipients, code, names[code]) for code in sorted(names)]
    columns = list(zip(*(by_post[post.id] for post in posts), strict=True))
    exact = [sum((cell.exact or Fraction(0) for cell in cells), Fraction(0)) for cells in columns]
    if agreement.rounding.totals == TotalsFrom.PRINTED:
        amounts = [sum(cell.amount_sek or 0 for cell in cells) for cells in columns]
    else:
        amounts = round_sums(exact, agreement.rounding)
    return [
        Cell(
            kind,
            name,
            recipients,
            cells[0].code,
            cells[0].name,
            share,
            amount,
            weakest([cell.maturity for cell in cells]),
            _union(cell.basis for cell in cells),
        )
        for cells, share, amount in zip(columns, exact, amounts, strict=True)
    ]


def _nation_cell(post: str, recipients: RecipientType, cells: Sequence[Cell]) -> Cell:
    """The sum of a printed column; unresolved where the column is, or holds nothing."""
    amounts = [cell.amount_sek for cell in cells if cell.amount_sek is not None]
    if not cells or len(amounts) < len(cells):
        return _unresolved("nation", post, recipients, NATION, NATION_NAME)
    return Cell(
        "nation",
        post,
        recipients,
        NATION,
        NATION_NAME,
        sum((cell.exact or Fraction(0) for cell in cells), Fraction(0)),
        sum(amounts),
        weakest([cell.maturity for cell in cells]),
        _union(cell.basis for cell in cells),
    )


def _union(bases: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in bases for name in names))


def _fraction_text(value: Fraction | None) -> str:
    return "" if value is None else f"{value.numerator}/{value.denominator}"


def _frame(
    agreement: Agreement, cells: Sequence[Cell], published: PublishedTable
) -> AllocationTable:
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
            "exact": [_fraction_text(cell.exact) for cell in cells],
            "amount_sek": pd.Series([cell.amount_sek for cell in cells], dtype="Int64"),
            "maturity": [str(cell.maturity) for cell in cells],
            "published_sek": pd.Series(
                [known.get((c.post, str(c.recipient_type), c.code)) for c in cells], dtype="Int64"
            ),
            "basis": [" ".join(cell.basis) for cell in cells],
        }
    )
    return AllocationTable(checked_own(tables.Allocation, frame))
