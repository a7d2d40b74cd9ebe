"""Two figures that should agree, and what their comparison comes to.

Belongs here: the verdict where figures are equal, and the form of a result. Does not: which figures
are compared (the modules beside this one).
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reconciliation import Kind, Result, Severity, Verdict, Withholds


@dataclass(frozen=True)
class Pair:
    """Two figures that should agree, in words, and where they stand.

    `rows` are the cells concerned, `tolerance` how far apart the figures may be.
    """

    kind: Kind
    what: str
    expected: int | None
    found: int | None
    unit: str = "kr"
    tolerance: int = 0
    rows: tuple[str, ...] = ()
    where: str = ""
    county: str = ""

    def judged(
        self,
        *,
        verdict: Verdict | None = None,
        severity: Severity = Severity.ERROR,
        withholds: Withholds = Withholds.NOTHING,
        note: str = "",
    ) -> Result:
        """The result; verdict and severity apply only where the figures differ, unless given."""
        difference = None
        if self.expected is not None and self.found is not None:
            difference = self.found - self.expected
        if difference == 0 and verdict is None:
            verdict, severity, withholds = Verdict.EQUAL, Severity.INFO, Withholds.NOTHING
        return Result(
            kind=self.kind,
            what=self.what,
            expected=self.expected,
            found=self.found,
            difference=difference,
            tolerance=self.tolerance,
            unit=self.unit,
            verdict=verdict or Verdict.DIFFERENT,
            severity=severity,
            withholds=withholds if severity == Severity.ERROR else Withholds.NOTHING,
            rows=self.rows,
            where=self.where,
            county=self.county,
            note=note,
        )
