"""The exact share of a post as formulas: the steps' sum, as whole kronor and what is over.

Belongs here: the columns `exakt`, `hela` and `over`, and in which denominator. Does not: how a
share is rounded (`rounding_formulas`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.rounding_formulas import shown
from statsbidrag.workbooks.calculating.sheet import Look
from statsbidrag.workbooks.calculating.spreadsheet_precision import (
    COMPARED,
    LARGEST,
    MILLIONTHS,
    Parts,
    decimal_parts,
    plain,
    whole_parts,
)
from statsbidrag.workbooks.calculating.step_columns import Proportion, StepColumns, look_of


def add_exact_share(on: StepColumns, exact: Sequence[Fraction]) -> tuple[Parts, str]:
    """Adds the exact shares, and as whole numbers; these, and whose denominator is theirs.

    `exact` are the recipients' shares in the order of the rows. Of sheets with the same text for
    the denominator it is the same number.
    """
    steps = [c.key for c in on.sheet.columns if c.key.startswith("steg")]
    formula = "+".join(f"[{key}]" for key in steps) or "0"
    on.column("exakt", "Exakt belopp, kr", 20, look_of(exact), shown(formula, plain(exact)))
    one = on.proportions[0] if len(on.proportions) == 1 and not on.other else None
    unit = on.agreement.rounding_of(on.post).unit
    if not on.proportions and not on.other:
        parts = whole_parts(exact, 1)
        if unit != 1:
            on.fact("namnare", "Nämnare", 1, "Alla belopp är hela kronor.")
            _add_parts(on, parts, "[exakt]", "0")
        return parts, ""
    if one is not None and _fits(one, unit):
        return _divided(on, one, exact), one.same
    return _in_millionths(on, exact), "millionths"


def _divided(on: StepColumns, step: Proportion, exact: Sequence[Fraction]) -> Parts:
    """An exact division: what is over is counted in the sum of what the shares are by."""
    parts = whole_parts(exact, step.total)
    value = Shown(f"={{{step.total_key}}}", step.total)
    on.fact("namnare", "Nämnare", value, "Det som blir över räknas i denna del av en krona.")
    product = f"{{{step.amount_key}}}*[{step.weight_key}]"
    down = f"INT({product}/{{{step.total_key}}})"
    whole = "".join(f"{each}+" for each in on.whole)
    _add_parts(on, parts, f"{whole}{down}", f"{product}-{down}*{{{step.total_key}}}")
    return parts


def _in_millionths(on: StepColumns, exact: Sequence[Fraction]) -> Parts:
    parts = decimal_parts(exact)
    note = (
        "Bråken saknar en gemensam nämnare som ryms i ett kalkylblad. Därför räknas de "
        "med sex decimaler; att beloppen ändå blir rätt är prövat."
    )
    on.fact("namnare", "Nämnare", MILLIONTHS, note)
    _add_parts(
        on,
        parts,
        "INT(ROUND([exakt],6))",
        "ROUND((ROUND([exakt],6)-INT(ROUND([exakt],6)))*{namnare},0)",
    )
    return parts


def _add_parts(on: StepColumns, parts: Parts, whole: str, over: str) -> None:
    on.column("hela", "Hela kronor", 15, Look.WHOLE, shown(whole, parts.whole))
    on.column("over", "Blir över, i nämnaren", 15, Look.WHOLE, shown(over, parts.over))


def _fits(step: Proportion, unit: int) -> bool:
    """Whether a spreadsheet holds every number of an exact division."""
    return step.amount * max(step.weights) < LARGEST and 2 * unit * step.total < COMPARED
