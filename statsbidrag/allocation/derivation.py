"""From clause to krona: how one amount came about, in numbers that can be recomputed by hand.

Belongs here: the derivation as data, for the command `explain`, the documents and the auditor.
Does not: the allocation itself (`statsbidrag.allocation.amounts`), how a rule is said in words
(`statsbidrag.swedish.key_sentences`), or page layout (`templates/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from schemas.agreement import Agreement, Post, Rounding, RoundingMethod
from schemas.common import Maturity, Recipient, RecipientType, Reference
from schemas.keys import (
    FixedStep,
    LadderStep,
    PartStep,
    PriceStep,
    RestStep,
    SetAsideStep,
    ShareBy,
    Step,
    shares_of,
)
from schemas.register import TypesInWords
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.allocation.amounts import AmountRow, Measured, rows, split_post
from statsbidrag.allocation.rounding import half_up
from statsbidrag.errors import UsageError
from statsbidrag.population.demand import basis_of
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register
from statsbidrag.swedish.key_sentences import (
    exact_number,
    key_in_words,
    rounding_in_words,
    step_in_words,
)
from statsbidrag.swedish.typography import number


@dataclass(frozen=True)
class PopulationCell:
    """The recipient's population (or weight) and that of all who share, and the file they are from.

    `basis` is its name in `schemas.tables.Basis`; `positions` are the places in that file of the
    figures that were added for the recipient.
    """

    basis: str
    ages: str
    reference_date: str
    level: str
    recipient: int
    nation: int
    extract: str
    sha256: str
    maturity: Maturity
    positions: str


@dataclass(frozen=True)
class Operation:
    """What a step computes, in numbers alone, so that anybody can do it again.

    `fixed`: `amount`. `product`: `amount` times `weight`. `proportion`: `amount` times `weight`
    over `total`. `bounded`: `rate` times `weight`, at least `floor`, at most `cap`. `nothing`: 0.
    """

    kind: str
    amount: Fraction = Fraction(0)
    weight: int = 0
    total: int = 0
    rate: Fraction = Fraction(0)
    floor: int = 0
    cap: int | None = None

    def value(self) -> Fraction:
        """The step's value, from these numbers alone."""
        if self.kind == "fixed":
            return self.amount
        if self.kind == "product":
            return self.amount * self.weight
        if self.kind == "proportion":
            return self.amount * self.weight / self.total
        if self.kind == "bounded":
            held = max(self.rate * self.weight, Fraction(self.floor))
            return held if self.cap is None else min(held, Fraction(self.cap))
        return Fraction(0)


@dataclass(frozen=True)
class DerivationStep:
    """One step of the key: in words (Swedish), as a formula, and its exact value."""

    words: str
    formula: str
    value: Fraction
    operation: Operation
    population: PopulationCell | None = None


@dataclass(frozen=True)
class RoundingStep:
    """From the exact sum to whole kronor: what rounding alone gives, and what is added to it.

    `added` is the unit that a largest remainder got, or the residual that the largest recipient
    carries; which recipients that is depends on the whole column.
    """

    method: RoundingMethod
    unit: int
    alone: int
    added: int
    words: str


@dataclass(frozen=True)
class Derivation:
    """One amount: where the rule stands, the key in words, each step, the sum, the rounding.

    For an unresolved post `exact`, `rounding` and `amount_sek` are None and `unresolved` says why.
    """

    agreement: str
    post: str
    post_title: str
    recipient_type: RecipientType
    recipient_code: str
    recipient_name: str
    post_amount_sek: int
    reference: Reference
    key_in_words: str
    steps: tuple[DerivationStep, ...]
    exact: Fraction | None
    rounding: RoundingStep | None
    rounding_in_words: str
    amount_sek: int | None
    maturity: Maturity
    published_sek: int | None
    published_source: str
    unresolved: str = ""

    @property
    def recipient(self) -> Recipient:
        """Whose amount it is."""
        return Recipient(self.recipient_type, self.recipient_code)


def derive(
    agreement: Agreement,
    basis: BasisTable,
    allocation: AllocationTable,
    register: Register,
    post_id: str,
    recipient: Recipient,
    published_source: str = "",
) -> Derivation:
    """How one amount of one post came about. Raises UsageError for a post or recipient not there.

    All that the derivation says can be recomputed from its own numbers.
    """
    post, row = _found(agreement, allocation, post_id, recipient)
    steps = _read(agreement, post, basis, register)
    return _derived(agreement, post, row, steps, register.words, published_source)


def derive_all(
    agreement: Agreement,
    basis: BasisTable,
    allocation: AllocationTable,
    register: Register,
    published_source: str = "",
) -> tuple[Derivation, ...]:
    """How every amount of every post came about, in the order of the allocation.

    The same as `derive` for each, but a post is split once and not once per recipient.
    """
    posts = {post.id: post for post in agreement.posts}
    steps = {post.id: _read(agreement, post, basis, register) for post in agreement.posts}
    return tuple(
        _derived(agreement, posts[row.post], row, steps[row.post], register.words, published_source)
        for row in rows(allocation[allocation["kind"] == "post"])
    )


def _derived(
    agreement: Agreement,
    post: Post,
    row: AmountRow,
    read: Sequence[_ReadStep],
    types: TypesInWords,
    published_source: str,
) -> Derivation:
    steps = _steps(agreement, post, row.recipient_code, read)
    exact = None if post.unresolved else sum((step.value for step in steps), Fraction(0))
    amount = row.amount_sek
    rounding = agreement.rounding_of(post)
    return Derivation(
        agreement=agreement.id,
        post=post.id,
        post_title=post.title,
        recipient_type=row.recipient_type,
        recipient_code=row.recipient_code,
        recipient_name=row.recipient_name,
        post_amount_sek=post.amount,
        reference=post.key_reference or post.reference,
        key_in_words=key_in_words(agreement, post, types),
        steps=steps,
        exact=exact,
        rounding=None
        if exact is None or amount is None
        else rounding_step(exact, amount, rounding),
        rounding_in_words=rounding_in_words(rounding),
        amount_sek=amount,
        maturity=row.maturity,
        published_sek=row.published_sek,
        published_source="" if row.published_sek is None else published_source,
        unresolved=post.unresolved,
    )


def _found(
    agreement: Agreement,
    allocation: AllocationTable,
    post_id: str,
    recipient: Recipient,
) -> tuple[Post, AmountRow]:
    post = next((p for p in agreement.posts if p.id == post_id), None)
    own = allocation[
        (allocation["post"] == post_id)
        & (allocation["recipient_type"] == str(recipient.type))
        & (allocation["recipient_code"] == recipient.code)
        & (allocation["kind"] == "post")
    ]
    if post is None or own.empty:
        known = ", ".join(p.id for p in agreement.posts)
        raise UsageError(
            f"{agreement.id}: there is no amount for `{post_id}` and {recipient.type}:"
            f"{recipient.code}. "
            f"Posts: {known}"
        )
    return post, rows(own)[0]


def rounding_step(exact: Fraction, amount: int, rounding: Rounding) -> RoundingStep:
    """How an exact share, or a sum of them, became an amount."""
    if rounding.method == RoundingMethod.LARGEST_REMAINDER:
        alone = floor(exact / rounding.unit) * rounding.unit
        words = "avrundat nedåt"
    else:
        alone = half_up(exact, rounding.unit)
        words = "avrundat till närmaste"
    added = amount - alone
    if added:
        words += f", och {number(added)} kr av det som avrundningen lämnar"
    return RoundingStep(rounding.method, rounding.unit, alone, added, words)


@dataclass(frozen=True)
class _Measured:
    """What a step reads of population or weights: every recipient's, and what is said of it all."""

    persons: Mapping[str, int]
    nation: int
    basis: str
    ages: str
    reference_date: str
    level: str
    extract: str
    sha256: str
    maturity: Maturity
    positions: Mapping[str, str]

    def cell(self, code: str) -> PopulationCell:
        """The recipient's own part of it."""
        return PopulationCell(
            basis=self.basis,
            ages=self.ages,
            reference_date=self.reference_date,
            level=self.level,
            recipient=self.persons[code],
            nation=self.nation,
            extract=self.extract,
            sha256=self.sha256,
            maturity=self.maturity,
            positions=self.positions[code],
        )


@dataclass(frozen=True)
class _ReadStep:
    """One step of a key, for all recipients at once. `taking` are those who share in it."""

    step: Step
    words: str
    values: Mapping[str, Fraction]
    given_out: Fraction
    taking: frozenset[str]
    measured: _Measured | None


def _read(
    agreement: Agreement, post: Post, basis: BasisTable, register: Register
) -> tuple[_ReadStep, ...]:
    """The steps of a post's key, split once. None for an unresolved post."""
    if post.unresolved:
        return ()
    codes = reg.codes(register, post.recipients)
    shares = split_post(agreement, post, register, basis)
    measures = Measured(agreement, post, codes, basis)
    read: list[_ReadStep] = []
    for step, values in zip(post.key, shares.steps, strict=True):
        words = step_in_words(agreement, post, step, register.words, first=not read)
        how = shares_of(step)
        taking = _taking(how[0], codes, agreement) if how else codes
        measured = (
            _measured(agreement, post, how[0], taking, basis, measures(how[0]))
            if how and basis_of(agreement, post.recipients, how[0]) is not None
            else None
        )
        given_out = sum(values.values(), Fraction(0))
        read.append(_ReadStep(step, words, values, given_out, frozenset(taking), measured))
    return tuple(read)


def _measured(
    agreement: Agreement,
    post: Post,
    share: ShareBy,
    taking: Sequence[str],
    basis: BasisTable,
    persons: Mapping[str, int],
) -> _Measured:
    name = str(basis_of(agreement, post.recipients, share))
    every = basis[basis["basis"] == name]
    width = len(next(iter(persons)))
    first = every.iloc[0]
    return _Measured(
        persons=persons,
        nation=sum(persons[code] for code in taking),
        basis=name,
        ages=str(first["ages"]),
        reference_date=str(first["reference_date"]),
        level=str(first["level"]),
        extract=str(first["extract"]),
        sha256=str(first["sha256"]),
        maturity=Maturity(str(first["maturity"])),
        positions={
            str(code): ",".join(own)
            for code, own in every.groupby(every["region_code"].str[:width])["positions"]
        },
    )


def _steps(
    agreement: Agreement, post: Post, code: str, read: Sequence[_ReadStep]
) -> tuple[DerivationStep, ...]:
    condition = post.condition
    if condition is not None and code not in agreement.groups[condition.met_by].members:
        words = f"Villkoret är inte uppfyllt: {condition.text}"
        return (DerivationStep(words, "0", Fraction(0), Operation("nothing")),)
    steps: list[DerivationStep] = []
    for each in read:
        cell = None if each.measured is None else each.measured.cell(code)
        operation = _operation(each, code, cell)
        steps.append(
            DerivationStep(
                each.words[0].upper() + each.words[1:],
                _formula(each.step, operation, post.amount),
                each.values[code],
                operation,
                cell,
            )
        )
    return tuple(steps)


def _operation(read: _ReadStep, code: str, cell: PopulationCell | None) -> Operation:
    step, value = read.step, read.values[code]
    if isinstance(step, FixedStep | LadderStep):
        return Operation("fixed", amount=value)
    if isinstance(step, PriceStep) and cell is not None:
        return Operation("product", amount=Fraction(step.price.per_unit), weight=cell.recipient)
    if not isinstance(step, RestStep | PartStep) or code not in read.taking:
        return Operation("nothing")
    how = step.part if isinstance(step, PartStep) else step.rest
    weight, total = (cell.recipient, cell.nation) if cell else (1, len(read.taking))
    if how.cap is None and how.floor is None:
        return Operation("proportion", amount=read.given_out, weight=weight, total=total)
    return Operation(
        "bounded",
        amount=read.given_out,
        weight=weight,
        total=total,
        # For one at the cap or the floor, the rate that leads just there says the same.
        rate=value / weight if weight else Fraction(0),
        floor=how.floor or 0,
        cap=how.cap,
    )


def _taking(how: ShareBy, codes: Sequence[str], agreement: Agreement) -> list[str]:
    excluded = {code for name in how.exclude for code in agreement.groups[name].members}
    return [code for code in codes if code not in excluded]


def _formula(step: Step, operation: Operation, post_amount: int) -> str:
    if isinstance(step, SetAsideStep):
        return f"{exact_number(step.set_aside.of(post_amount))} av {number(post_amount)}"
    if operation.kind == "fixed":
        return exact_number(operation.amount)
    if operation.kind == "product":
        return f"{exact_number(operation.amount)} × {number(operation.weight)}"
    if operation.kind == "proportion":
        if operation.total == 1:
            return exact_number(operation.amount)
        if operation.weight == 1:
            return f"{exact_number(operation.amount)} / {number(operation.total)}"
        return (
            f"{exact_number(operation.amount)} × {number(operation.weight)} / "
            f"{number(operation.total)}"
        )
    if operation.kind == "bounded":
        bounds = [f"minst {number(operation.floor)}"] if operation.floor else []
        if operation.cap is not None:
            bounds.append(f"högst {number(operation.cap)}")
        rate = exact_number(operation.rate)
        return f"{rate} × {number(operation.weight)}, {', '.join(bounds)}"
    return "0"
