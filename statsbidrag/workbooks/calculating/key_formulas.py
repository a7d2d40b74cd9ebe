"""A key's steps as columns of formulas: how each krona of a post arises.

Belongs here: each kind of step as facts and columns, with their exact values. Does not: the
arithmetic that they agree with (`statsbidrag.allocation.keys`), shares within bounds
(`cap_and_floor_formulas`), or how a share is rounded (`rounding_formulas`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from schemas.keys import (
    FixedStep,
    LadderStep,
    PartStep,
    PriceStep,
    SetAsideStep,
    ShareBy,
    UndistributedStep,
)
from statsbidrag.swedish.key_sentences import step_in_words
from statsbidrag.swedish.typography import sentence
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.cap_and_floor_formulas import Bounded, add_bounded
from statsbidrag.workbooks.calculating.exact_share_formulas import add_exact_share
from statsbidrag.workbooks.calculating.rounding_formulas import shown
from statsbidrag.workbooks.calculating.sheet import Content, Fact, Look, text_of
from statsbidrag.workbooks.calculating.spreadsheet_precision import Parts, plain
from statsbidrag.workbooks.calculating.step_columns import YES, Proportion, StepColumns, look_of


def add_key(on: StepColumns) -> tuple[Parts, str]:
    """Adds a post's key, step by step; the exact shares, and whose denominator is theirs.

    Afterwards the sheet has the column `exakt` and, where the shares are not whole kronor that
    need no rounding, `hela` and `over` with the fact `namnare`.
    """
    amount = Shown(f"={on.amount}", on.post.amount)
    on.sheet.facts.append(Fact("post", "Postens belopp", amount, name=on.amount_name))
    for number, step in enumerate(on.post.key, start=1):
        words = step_in_words(on.agreement, on.post, step, on.types, first=number == 1)
        _step(on, number, step, sentence(words))
    return add_exact_share(on, [on.split.exact(code) for code in on.codes])


def _step(on: StepColumns, number: int, step: object, words: str) -> None:
    values = [on.split.steps[number - 1][code] for code in on.codes]
    head = f"Steg {number}"
    if isinstance(step, SetAsideStep):
        _aside(on, number, step, words)
    elif isinstance(step, UndistributedStep):
        left = on.left_before(number)[1]
        on.fact(
            f"ofordelat{number}",
            f"{head}: fördelas inte",
            Shown(f"={{kvar{number}}}", plain([left])[0]),
            words,
            look_of([left]),
        )
        on.leave_outside(f"{{ofordelat{number}}}")
    elif isinstance(step, FixedStep):
        _fixed(on, number, step, values)
    elif isinstance(step, PriceStep):
        share = ShareBy(by="weights", weights=step.price.weights)
        units = on.figures_column(number, on.measure(share))
        on.fact(f"pris{number}", f"{head}: pris per enhet", step.price.per_unit)
        formula = f"{{pris{number}}}*[{units}]"
        on.whole_sums(f"{head}: antal × pris, kr", number, formula, values)
    elif isinstance(step, LadderStep):
        _ladder(on, number, step, values)
    elif isinstance(step, PartStep):
        amount = step.part.of(on.post.amount)
        given: Content = step.part.amount
        if step.part.share is not None:
            given = _of_post(step.part.share, amount)
        on.fact(f"del{number}", f"{head}: att fördela", given, look=look_of([amount]))
        _shared(on, number, step.part, (f"del{number}", amount), values)
    else:
        how = step.rest  # type: ignore[attr-defined]
        _shared(on, number, how, on.left_before(number), values)


def _of_post(share: Fraction, amount: Fraction) -> Shown:
    formula = f"={{post}}*{share.numerator}/{share.denominator}"
    return Shown(formula, plain([amount])[0])


def _aside(on: StepColumns, number: int, step: SetAsideStep, words: str) -> None:
    amount = step.set_aside.of(on.post.amount)
    value: Content = step.set_aside.amount
    if step.set_aside.share is not None:
        value = _of_post(step.set_aside.share, amount)
    on.fact(f"avsatt{number}", f"Steg {number}: avsätts först", value, words, look_of([amount]))
    on.leave_outside(f"{{avsatt{number}}}")


def _fixed(on: StepColumns, number: int, step: FixedStep, values: Sequence[Fraction]) -> None:
    head, noun = f"Steg {number}", on.types[on.post.recipients].each
    on.fact(f"fast{number}", f"{head}: fast belopp per {noun}", step.fixed)
    formula = f"{{fast{number}}}"
    if step.except_:
        group = on.in_groups(number, list(step.except_), f"{head}: grupp")
        for place, (name, amount) in enumerate(step.except_.items(), start=1):
            title = on.group(name)
            key = f"fast{number}_{place}"
            on.fact(key, f"{head}: fast belopp, {title}"[:60], amount)
            formula = f"IF([{group}]={text_of(title)},{{{key}}},{formula})"
    if step.exclude:
        on.takes_part(number, step.exclude)
        formula = f'IF([med{number}]="{YES}",{formula},0)'
    on.whole_sums(f"{head}: fast belopp, kr", number, formula, values)


def _ladder(on: StepColumns, number: int, step: LadderStep, values: Sequence[Fraction]) -> None:
    figures = on.figures_column(number, on.measure(step.ladder.as_share()))
    formula = ""
    for place, rung in reversed(list(enumerate(step.ladder.rungs, start=1))):
        amount = f"{{trappa{number}_{place}}}"
        if rung.up_to is None:
            formula = amount
        else:
            formula = f"IF([{figures}]<={{till{number}_{place}}},{amount},{formula})"
    for place, rung in enumerate(step.ladder.rungs, start=1):
        head = f"Steg {number}: trappsteg {place}"
        if rung.up_to is not None:
            on.fact(f"till{number}_{place}", f"{head}, till och med", rung.up_to)
        on.fact(f"trappa{number}_{place}", f"{head}, belopp", rung.amount)
    on.whole_sums(f"Steg {number}: belopp efter trappsteg, kr", number, formula, values)


def _shared(
    on: StepColumns,
    number: int,
    how: ShareBy,
    given: tuple[str, Fraction],
    values: Sequence[Fraction],
) -> None:
    """What is in proportion to something; `given` is the fact that holds it, and how much it is."""
    amount_key, amount = given
    if len(on.codes) == 1 and how.by == "equal" and amount.denominator == 1:
        # One who shares equally with nobody: all of it, and nothing to divide.
        on.whole_sums(f"Steg {number}: hela beloppet, kr", number, f"{{{amount_key}}}", values)
        return
    taking = on.takes_part(number, how.exclude)
    weight, weights = on.weights(number, how, taking)
    total_key, total = f"summa{number}", sum(weights)
    label = "antal som delar" if how.by == "equal" else "alla som delar"
    note = "" if how.by == "equal" else "Nämnaren i varje andel."
    on.fact(total_key, f"Steg {number}: {label}", Shown(f"=SUM([{weight}:])", total), note)
    if how.cap is not None or how.floor is not None:
        taken = [*taking.values()]
        add_bounded(on, Bounded(number, how, amount_key, amount, weight, weights, taken, values))
        return
    share = [value / amount if amount else Fraction(0) for value in values]
    on.column(
        f"andel{number}",
        f"Steg {number}: andel",
        13,
        Look.SHARE,
        shown(f"[{weight}]/{{{total_key}}}", plain(share)),
    )
    formula = f"{{{amount_key}}}*[{weight}]/{{{total_key}}}"
    on.sums(f"Steg {number}: andelens kronor", number, formula, values)
    if amount.denominator == 1:
        # The same figures of the same recipients have the same sum, on whatever sheet.
        same = f"{how.by} {_basis(on, how)} {sorted(c for c in taking if taking[c])}"
        own = Proportion(amount_key, int(amount), weight, weights, total_key, total, same)
        on.proportions.append(own)
    else:
        on.other.append(f"[steg{number}]")


def _basis(on: StepColumns, how: ShareBy) -> str:
    return "" if how.by == "equal" else on.measure(how).heading
