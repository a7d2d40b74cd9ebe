"""`audit/revision.json`: what a revision says of itself to machines, format 1.

Belongs here: the form, field by field. Does not: what is written into it
(`statsbidrag.publication.recording`), how its file is written and read
(`statsbidrag.publication.record_json`), or hashes of files (`schemas.manifest`).

Whole numbers and texts only: kronor are whole, and what is not whole is a fraction, `2/3`. What
stands below `words` is for readers, as the revision's pages say it; no program compares it. A field
that comes later has a default, so that older files stay readable; one whose meaning changes makes
another format.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_serializer,
    model_serializer,
    model_validator,
)

from schemas.agreement import RoundingMethod, TotalsFrom
from schemas.common import (
    FormatOne,
    Level,
    Maturity,
    PostId,
    RecipientCode,
    RecipientType,
    Reference,
    Sha256,
    Slug,
    Strict,
)
from schemas.keys import Step
from schemas.reconciliation import Kind, Severity, Verdict
from schemas.register import RecipientTypeWords

Exact = Annotated[str, StringConstraints(strict=True, pattern=r"^-?(0|[1-9][0-9]*)/[1-9][0-9]*$")]
"""A fraction in its lowest terms, `1001/10`; a whole number has the denominator 1."""

Sek = Annotated[int, Field(strict=True, ge=0)]
"""Whole kronor."""

Index = Annotated[int, Field(strict=True, ge=0)]
"""The place of something in a list of the file, from 0."""

AmountCode = Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9]{2}|[0-9]{4}|SKR)$")]
"""A recipient's code; 00 is the whole column."""

Withheld = Annotated[
    str, StringConstraints(strict=True, pattern=r"^(agreement|documents|plan:[0-9]{2})$")
]
"""What is held back, as the manifest says it."""


class Recorded(Strict):
    """A part of the file: a number that is written as a float or as text is refused."""

    model_config = ConfigDict(strict=True)


class RecordedRounding(Recorded):
    """From exact share to whole kronor, and what totals are rounded from."""

    method: RoundingMethod
    unit: Sek
    totals: TotalsFrom


class PostInWords(Recorded):
    """A post as pages say it: its label, its group's, its rule, and where the rule stands."""

    label: str = ""
    group: str = ""
    rule: str = ""
    clause: str = ""


class RecordedPost(Recorded):
    """One sum to one recipient type.

    `reference` is where its key stands. `rounding` is None where the agreement's own holds. `key`
    is the key as the agreement has it, empty where none is known, and `met_by` the group of those
    who meet its condition, if it has one.
    """

    id: PostId
    part_of: PostId | None
    area: Slug
    recipients: RecipientType
    title: str
    amount_sek: Sek
    reference: Reference
    rounding: RecordedRounding | None = None
    key: tuple[Step, ...] | None = None
    met_by: str | None = None
    words: PostInWords = PostInWords()

    @field_serializer("key")
    def _as_written(self, key: tuple[Step, ...] | None) -> list[dict[str, Any]] | None:
        """The steps as a file of an agreement has them: nothing that goes without saying."""
        if key is None:
            return None
        return [step.model_dump(mode="json", exclude_defaults=True, by_alias=True) for step in key]


class StepValues(Recorded):
    """The numbers that a step computes with; what its kind does not use is left out of the file.

    `amount` is shared or given, `weight` the recipient's population (or weight, or 1), `total` that
    of all who share. `rate` is kronor per unit of weight, `floor` and `cap` bound the outcome.
    """

    amount: Exact | None = None
    weight: Index | None = None
    total: Index | None = None
    rate: Exact | None = None
    floor: Sek | None = None
    cap: Sek | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_not_used(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class StepKind(StrEnum):
    """What a step computes: see `RecordedStep`."""

    FIXED = "fixed"
    PRODUCT = "product"
    PROPORTION = "proportion"
    BOUNDED = "bounded"
    NOTHING = "nothing"


class StepInWords(Recorded):
    """A step as pages say it: the rule, and the same with its numbers."""

    step: str = ""
    formula: str = ""


class RecordedStep(Recorded):
    """One step of a key for one recipient, which can be computed again from its own numbers.

    `fixed` gives `amount`; `product` is `amount` times `weight`; `proportion` that over `total`;
    `bounded` is `rate` times `weight`, at least `floor`, at most `cap`; `nothing` is 0. `bases` are
    the population figures that `weight` is the sum of.
    """

    kind: StepKind
    exact: Exact
    values: StepValues
    bases: tuple[Index, ...] = ()
    words: StepInWords = StepInWords()


class RecordedAmount(Recorded):
    """One recipient's amount of one post, or one sum of amounts (which has no steps).

    `amount_sek` and `exact` are None where nothing is computed, `published_sek` where nothing is
    published. `bases` are the population figures that it rests on.
    """

    post: str
    type: RecipientType
    code: AmountCode
    amount_sek: Sek | None
    exact: Exact | None
    maturity: Maturity
    published_sek: Sek | None
    bases: tuple[Index, ...]
    steps: tuple[RecordedStep, ...]


class RecordedBasis(Recorded):
    """One figure of population, or one weight, and where it was taken from.

    `table` is SCB's name of the table, or the name of the table of weights. `sex` and `ages` are
    None for all. `file` lies in `raw/`. `cells` are the places of the figure's parts in that file,
    each from and to, both included: in the list of figures of json-stat2 and px from 0, or lines of
    a CSV and rows of a spreadsheet from 1. `unit` is what weights count.
    """

    table: str
    kind: Literal["population", "weights"]
    day: dt.date
    level: Level
    sex: str | None
    ages: str | None
    code: RecipientCode
    value: Index
    maturity: Maturity
    file: str
    sha256: Sha256
    cells: tuple[tuple[Index, Index], ...]
    unit: str | None = None


class RecordedVerdict(Recorded):
    """What one comparison came to.

    `subject` is the amount concerned (`lan/suicidprevention lan:23`), several with commas between,
    else the file; `withholds` is None where nothing is.
    """

    kind: Kind
    subject: str
    verdict: Verdict
    severity: Severity
    expected: int | None
    found: int | None
    withholds: Withheld | None


class RecordedDocument(Recorded):
    """A document that the revision holds: its family, whose it is, and its path without suffix.

    `type` and `code` are None for what is everybody's.
    """

    family: Slug
    type: RecipientType | None
    code: RecipientCode | None
    path: str


class RecordedRecipient(Recorded):
    """A recipient by name, as the register had it."""

    type: RecipientType
    code: RecipientCode
    name: str


class RevisionRecord(Recorded):
    """A revision as its own programs read it back: every amount, what it rests on, what was judged.

    `fingerprint` is the revision's own. `totals` are sums of a post's parts, of whole columns (code
    00) and of a recipient's posts (`total`). `types` are the words that the revision was made with.
    """

    format: FormatOne
    agreement: Slug
    fingerprint: str
    rounding: RecordedRounding
    posts: tuple[RecordedPost, ...]
    amounts: tuple[RecordedAmount, ...]
    totals: tuple[RecordedAmount, ...]
    bases: tuple[RecordedBasis, ...]
    verdicts: tuple[RecordedVerdict, ...]
    documents: tuple[RecordedDocument, ...]
    recipients: tuple[RecordedRecipient, ...] = ()
    types: tuple[RecipientTypeWords, ...] = ()

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Self:
        posts = {post.id for post in self.posts}
        if unknown := {amount.post for amount in self.amounts} - posts:
            raise ValueError(f"amounts of posts that are not among them: {sorted(unknown)}")
        last = len(self.bases)
        for amount in (*self.amounts, *self.totals):
            named = {*amount.bases, *(index for step in amount.steps for index in step.bases)}
            if any(index >= last for index in named):
                raise ValueError(f"{amount.post} {amount.code}: a basis that is not among them")
        return self
