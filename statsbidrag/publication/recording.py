"""What a revision says of itself to machines, from what the stages made.

Belongs here: every field of `schemas.revision_record`. Does not: its file
(`statsbidrag.publication.record_json`), or the tables that people open
(`statsbidrag.publication.amounts_csv`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from schemas.agreement import Agreement, Post, Rounding
from schemas.common import NATION, Level, Maturity, RecipientType
from schemas.documents import recipient_of
from schemas.manifest import PublishedDocument
from schemas.reconciliation import Reconciliation, Result, Severity, Withholds
from schemas.register import TypesInWords
from schemas.revision_record import (
    PostInWords,
    RecordedAmount,
    RecordedBasis,
    RecordedDocument,
    RecordedPost,
    RecordedRecipient,
    RecordedRounding,
    RecordedStep,
    RecordedVerdict,
    RevisionRecord,
    StepInWords,
    StepKind,
    StepValues,
)
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.agreement.citations import clause
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.allocation.derivation import Derivation, DerivationStep, Operation
from statsbidrag.population.demand import ALL_AGES
from statsbidrag.publication.revision import WEIGHTS
from statsbidrag.swedish.key_sentences import key_in_words

_CELL: Final = re.compile(r"\S+( (region|kommun|lan|skr):\S+)?")
"""What a comparison calls a post, an amount or a region: no sentence."""


def revision_record(
    agreement: Agreement,
    basis: BasisTable,
    allocation: AllocationTable,
    reconciliation: Reconciliation,
    derivations: Iterable[Derivation],
    documents: Iterable[PublishedDocument],
    types: TypesInWords,
) -> RevisionRecord:
    """The whole record, in the order of the stages.

    `basis` and `allocation` are frames of `schemas.tables`; `derivations` those of every amount of
    a post, in the order of the allocation.
    """
    bases = _Bases(basis)
    every = rows(allocation)
    own = [row for row in every if row.kind == "post"]
    return RevisionRecord(
        format=1,
        agreement=agreement.id,
        fingerprint=reconciliation.fingerprint,
        rounding=_rounding(agreement.rounding),
        posts=tuple(_post(agreement, post, types) for post in agreement.posts),
        amounts=tuple(
            _amount(row, bases, each.steps) for row, each in zip(own, derivations, strict=True)
        ),
        totals=tuple(_amount(row, bases, ()) for row in every if row.kind != "post"),
        bases=bases.entries,
        verdicts=tuple(_verdict(result) for result in reconciliation.results),
        documents=tuple(map(_document, documents)),
        recipients=tuple(_recipients(every)),
        types=types.types,
    )


def _rounding(rounding: Rounding) -> RecordedRounding:
    return RecordedRounding(method=rounding.method, unit=rounding.unit, totals=rounding.totals)


def _post(agreement: Agreement, post: Post, types: TypesInWords) -> RecordedPost:
    group = next((each for each in agreement.post_groups if each.id == post.part_of), None)
    return RecordedPost(
        id=post.id,
        part_of=post.part_of,
        area=post.area,
        recipients=post.recipients,
        title=post.title,
        amount_sek=post.amount,
        reference=post.key_reference or post.reference,
        rounding=None if post.rounding is None else _rounding(post.rounding),
        key=post.key,
        met_by=None if post.condition is None else post.condition.met_by,
        words=PostInWords(
            label=post.label,
            group="" if group is None else group.label,
            rule=key_in_words(agreement, post, types),
            clause=clause(agreement, post),
        ),
    )


# --- Amounts -----------------------------------------------------------------------------------


def _amount(row: AmountRow, bases: _Bases, steps: Iterable[DerivationStep]) -> RecordedAmount:
    return RecordedAmount(
        post=row.post,
        type=row.recipient_type,
        code=row.recipient_code,
        amount_sek=row.amount_sek,
        exact=None if row.exact is None else _exact(row.exact),
        maturity=row.maturity,
        published_sek=row.published_sek,
        bases=bases.of(row.basis, row.recipient_code),
        steps=tuple(_step(each, bases, row.recipient_code) for each in steps),
    )


def _step(step: DerivationStep, bases: _Bases, code: str) -> RecordedStep:
    cell = step.population
    return RecordedStep(
        kind=StepKind(step.operation.kind),
        exact=_exact(step.value),
        values=_values(step),
        bases=() if cell is None else bases.of([cell.basis], code),
        words=StepInWords(step=step.words, formula=step.formula),
    )


def _values(step: DerivationStep) -> StepValues:
    """The numbers that a step uses; where it looks at a population, that is always among them."""
    how, cell = step.operation, step.population
    shared = how.kind in ("proportion", "bounded")
    weight = how.weight if shared or how.kind == "product" else None
    return StepValues(
        amount=None if how.kind == "nothing" else _exact(how.amount),
        weight=weight if cell is None else cell.recipient,
        total=(how.total if shared else None) if cell is None else cell.nation,
        rate=_exact(how.rate) if how.kind == "bounded" else None,
        floor=how.floor if how.kind == "bounded" else None,
        cap=how.cap if how.kind == "bounded" else None,
    )


def step_value(step: RecordedStep) -> Fraction:
    """What a recorded step comes to, from its own numbers alone."""
    values = step.values
    return Operation(
        step.kind,
        amount=Fraction(values.amount or 0),
        weight=values.weight or 0,
        total=values.total or 0,
        rate=Fraction(values.rate or 0),
        floor=values.floor or 0,
        cap=values.cap,
    ).value()


def _exact(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


# --- What they rest on -------------------------------------------------------------------------


class _Bases:
    """The figures of population, and the weights, and which of them an amount rests on."""

    def __init__(self, basis: BasisTable) -> None:
        """`basis` is a frame of `schemas.tables.Basis`."""
        self.entries = tuple(_bases(basis))
        self._places: dict[tuple[str, str], list[int]] = {}
        names = zip(basis["basis"], basis["region_code"], strict=True)
        for index, (name, code) in enumerate(names):
            # A county's figure may be the sum of its municipalities', whose codes begin with its.
            for begins in dict.fromkeys((NATION, code[:2], code)):
                self._places.setdefault((name, begins), []).append(index)

    def of(self, names: Iterable[str], code: str) -> tuple[int, ...]:
        """The places of a recipient's figures of these bases; all of them for the whole column."""
        return tuple(index for name in names for index in self._places.get((name, code), ()))


def _bases(basis: BasisTable) -> Iterator[RecordedBasis]:
    for row in basis.to_dict("records"):
        weighted = str(row["basis"]).partition("/")[0] == WEIGHTS
        yield RecordedBasis(
            table=row["table"],
            kind="weights" if weighted else "population",
            day=dt.date.fromisoformat(row["reference_date"]),
            level=Level(row["level"]),
            sex=None,
            ages=None if weighted or row["ages"] == ALL_AGES else row["ages"],
            code=row["region_code"],
            value=int(row["population"]),
            maturity=Maturity(row["maturity"]),
            file=row["extract"],
            sha256=row["sha256"],
            cells=tuple(_ranges(row["positions"])),
            unit=row["ages"] if weighted else None,
        )


def _ranges(positions: str) -> Iterator[tuple[int, int]]:
    """Places written `0-37,202` as pairs of the first and the last."""
    for each in positions.split(","):
        first, _, last = each.partition("-")
        yield int(first), int(last or first)


# --- What was judged, and for whom -------------------------------------------------------------


def _verdict(result: Result) -> RecordedVerdict:
    cells = [row for row in result.rows if _CELL.fullmatch(row)]
    return RecordedVerdict(
        kind=result.kind,
        subject=", ".join(cells) or result.where,
        verdict=result.verdict,
        severity=result.severity,
        expected=result.expected,
        found=result.found,
        withholds=_withholds(result),
    )


def _withholds(result: Result) -> str | None:
    if result.severity != Severity.ERROR or result.withholds == Withholds.NOTHING:
        return None
    if result.withholds == Withholds.PLAN:
        return f"{result.withholds}:{result.county}"
    return str(result.withholds)


def _document(document: PublishedDocument) -> RecordedDocument:
    whose = recipient_of(document.path)
    return RecordedDocument(
        family=document.path.rpartition("/")[2],
        type=whose.type if whose else None,
        code=whose.code if whose else None,
        path=document.path,
    )


def _recipients(every: Sequence[AmountRow]) -> Iterator[RecordedRecipient]:
    """Everyone who has an amount, in the order of the allocation."""
    names: dict[tuple[RecipientType, str], str] = {
        (row.recipient_type, row.recipient_code): row.recipient_name
        for row in every
        if row.recipient_code != NATION
    }
    for (kind, code), name in names.items():
        yield RecordedRecipient(type=kind, code=code, name=name)
