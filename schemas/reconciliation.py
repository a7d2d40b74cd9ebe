"""The result of comparing two figures that should agree.

Belongs here: what every comparison says. Does not: which comparisons are made
(`statsbidrag.reconciliation`).
"""

from __future__ import annotations

from enum import StrEnum

from schemas.common import Slug, Strict, Text


class Kind(StrEnum):
    """What was compared with what."""

    POSTS_TO_STATED_TOTAL = "posts_to_stated_total"
    ALLOCATED_TO_POST = "allocated_to_post"
    UNDISTRIBUTED = "undistributed"
    LEVELS = "levels"
    CONTROL_TOTAL = "control_total"
    EXTRACTS = "extracts"
    CORRECTION = "correction"
    DOUBT = "doubt"
    PUBLISHED_AMOUNT = "published_amount"
    PUBLISHED_NATION = "published_nation"
    PUBLISHED_UNRESOLVED = "published_unresolved"
    PLAN_TO_POST = "plan_to_post"
    PLAN_TO_TOTAL = "plan_to_total"
    PLAN_TO_STATED_SUM = "plan_to_stated_sum"


class Verdict(StrEnum):
    """What the comparison came to."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    PERTURBED = "perturbed"
    CALIBRATED = "calibrated"
    KNOWN_DIFFERENCE = "known_difference"
    DIFFERENT = "different"
    UNTESTABLE = "untestable"


class Severity(StrEnum):
    """What follows: nothing, a mark that the reader sees, or something withheld."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Withholds(StrEnum):
    """What an error keeps from being written."""

    NOTHING = ""
    AGREEMENT = "agreement"
    DOCUMENTS = "documents"
    PLAN = "plan"


class Result(Strict):
    """One comparison: what was expected, by whom, what was found, and what follows.

    `what` is Swedish (it stands in documents); `unit` is `kr` or `personer`. `difference` is found
    minus expected; `tolerance` is how large it may be (kronor may be fractions: then as text).
    `rows` names the cells concerned (`lan/suicidprevention lan:23`), `where` the file and place.
    `county` is the county of a plan, else empty.
    """

    kind: Kind
    what: Text
    expected: int | None
    found: int | None
    difference: int | None
    tolerance: int
    unit: Text
    verdict: Verdict
    severity: Severity
    withholds: Withholds = Withholds.NOTHING
    rows: tuple[str, ...] = ()
    where: str = ""
    county: str = ""
    note: str = ""


class Reconciliation(Strict):
    """All comparisons of one agreement, and the fingerprint of the inputs that they hold for."""

    agreement: Slug
    fingerprint: str
    results: tuple[Result, ...]

    def errors(self) -> list[Result]:
        """The comparisons that failed."""
        return [result for result in self.results if result.severity == Severity.ERROR]

    def withheld(self) -> list[str]:
        """What may not be written: `agreement`, `documents`, `plan:23`; empty if nothing."""
        names: dict[str, None] = {}
        for result in self.errors():
            if result.withholds == Withholds.PLAN:
                names[f"plan:{result.county}"] = None
            else:
                names[str(result.withholds)] = None
        return sorted(names)
