"""A key's steps as columns of formulas: how each krona of a post arises.

Belongs here: each kind of step as facts and columns, with their exact values, and the exact share
as whole kronor and what is over. Does not: the arithmetic that they agree with
(`statsbidrag.allocation.keys`), nor how a share is rounded
(`statsbidrag.workbooks.calculating.rounding`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from schemas.agreement import Agreement, Post
from schemas.keys import (
    FixedStep,
    LadderStep,
    PartStep,
    PriceStep,
    SetAsideStep,
    ShareBy,
    UndistributedStep,
)
from statsbidrag.allocation.amounts import Measured
from statsbidrag.allocation.keys import Split
from statsbidrag.swedish.key_sentences import TYPE_NOUN, group_in_words, step_in_words
from statsbidrag.swedish.typography import sentence
from statsbidrag.workbooks.book import Shown
from statsbidrag.workbooks.calculating.parts import (
    COMPARED,
    LARGEST,
    MILLIONTHS,
    Parts,
    decimal_parts,
    whole_parts,
)
from statsbidrag.workbooks.calculating.population import Figures, Measure
from statsbidrag.workbooks.calculating.rounding import shown
from statsbidrag.workbooks.calculating.sheet import Column, Content, Fact, Look, Sheet

YES: Final = "ja"
NO: Final = "nej"
_CAPPED: Final = "tak"
_FLOORED: Final = "golv"
_SHARING: Final = "andel"
_OUTSIDE: Final = "utanför"
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class _Proportion:
    """A step that splits whole kronor by whole figures: `amount` times `weight` over `total`."""

    amount_key: str
    amount: int
    weight_key: str
    weights: Sequence[int]
    total_key: str
    total: int
    same: str
    """Of which shares the total is the same number: of what, and for whom."""


@dataclass
class PostColumns:
    """A post's sheet being built, step by step.

    `codes` are the recipients in the order of the rows, `split` the exact shares of the key.
    """

    sheet: Sheet
    agreement: Agreement
    post: Post
    codes: Sequence[str]
    split: Split
    figures: Figures
    measured: Measured
    amount: str
    """The cell that holds the post's sum, as a formula has it."""
    amount_name: str
    """The name of the sum on this sheet."""

    whole: list[str] = field(default_factory=list)
    proportions: list[_Proportion] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """What goes to no recipient."""

    def build(self) -> tuple[Parts, str]:
        """Adds facts and columns; the exact shares, and whose denominator is the same as theirs.

        Afterwards the sheet has the column `exakt` and, where the shares are not whole kronor that
        need no rounding, `hela` and `over` with the fact `namnare`.
        """
        amount = Shown(f"={self.amount}", self.post.amount)
        self.sheet.facts.append(Fact("post", "Postens belopp", amount, name=self.amount_name))
        for number, step in enumerate(self.post.key, start=1):
            words = step_in_words(self.agreement, self.post, step, first=number == 1)
            self._step(number, step, sentence(words))
        exact = [self.split.exact(code) for code in self.codes]
        self._exact(exact)
        return self._parts(exact)

    # --- Small words -------------------------------------------------------------------------

    def _fact(
        self, key: str, label: str, value: Content, note: str = "", look: Look = Look.WHOLE
    ) -> None:
        self.sheet.facts.append(Fact(key, label, value, look, note))

    def _column(
        self, key: str, heading: str, width: int, look: Look, cells: Sequence[Content]
    ) -> None:
        self.sheet.columns.append(Column(key, heading, width, look, cells))

    def _sums(self, heading: str, key: str, formula: str, values: Sequence[Fraction]) -> None:
        """A column of kronor that a step gives: whole ones, or to the decimal."""
        every_whole = all(value.denominator == 1 for value in values)
        look = Look.WHOLE if every_whole else Look.EXACT
        self._column(key, heading, 16 if every_whole else 20, look, shown(formula, plain(values)))
        self.taken.append(f"SUM([{key}:])")

    def _outside(self, fact: str) -> None:
        self.taken.append(fact)
        self.outside.append(fact)

    def _left(self, number: int) -> tuple[str, Fraction]:
        """A fact for what the steps before left, and how much it is."""
        left, key = self.split.left[number - 1], f"kvar{number}"
        formula = "={post}" + "".join(f"-{taken}" for taken in self.taken)
        look = Look.WHOLE if left.denominator == 1 else Look.EXACT
        label = f"Steg {number}: kvar att fördela" if self.taken else f"Steg {number}: att fördela"
        self._fact(key, label, Shown(formula, plain([left])[0]), look=look)
        return key, left

    def _in_groups(self, number: int, names: Sequence[str], heading: str) -> str:
        """A column that says which of some groups a recipient is in, the last one named."""
        said = {
            code: self._group(name)
            for name in names
            for code in self.agreement.groups[name].members
        }
        key = f"grupp{number}"
        cells = [said.get(code, "") for code in self.codes]
        self.sheet.columns.append(Column(key, heading, 17, Look.TEXT, cells, given=True))
        return key

    def _group(self, name: str) -> str:
        """What a group is called; a formula takes no longer texts."""
        return group_in_words(self.agreement, name)[:_LONGEST_TEXT]

    def _takes_part(self, number: int, names: Sequence[str]) -> dict[str, bool]:
        """Who shares in a step; a column for it, where some do not."""
        outside = {code for name in names for code in self.agreement.groups[name].members}
        taking = {code: code not in outside for code in self.codes}
        if names:
            cells = [YES if taking[code] else NO for code in self.codes]
            column = Column(f"med{number}", f"Steg {number}: deltar", 9, Look.TEXT, cells)
            self.sheet.columns.append(column)
        return taking

    # --- Steps -------------------------------------------------------------------------------

    def _step(self, number: int, step: object, words: str) -> None:
        values = [self.split.steps[number - 1][code] for code in self.codes]
        head = f"Steg {number}"
        if isinstance(step, SetAsideStep):
            self._aside(number, step, words)
        elif isinstance(step, UndistributedStep):
            left = self._left(number)[1]
            self._fact(
                f"ofordelat{number}",
                f"{head}: fördelas inte",
                Shown(f"={{kvar{number}}}", plain([left])[0]),
                words,
                Look.WHOLE if left.denominator == 1 else Look.EXACT,
            )
            self._outside(f"{{ofordelat{number}}}")
        elif isinstance(step, FixedStep):
            self._fixed(number, step, values)
        elif isinstance(step, PriceStep):
            share = ShareBy(by="weights", weights=step.price.weights)
            units = self._figures(number, self._measure(share))
            self._fact(f"pris{number}", f"{head}: pris per enhet", step.price.per_unit)
            formula = f"{{pris{number}}}*[{units}]"
            self._sums(f"{head}: antal × pris, kr", f"steg{number}", formula, values)
            self.whole.append(f"[steg{number}]")
        elif isinstance(step, LadderStep):
            self._ladder(number, step, values)
        elif isinstance(step, PartStep):
            amount = step.part.of(self.post.amount)
            given: Content = step.part.amount
            if step.part.share is not None:
                given = self._of_post(step.part.share, amount)
            look = Look.WHOLE if amount.denominator == 1 else Look.EXACT
            self._fact(f"del{number}", f"{head}: att fördela", given, look=look)
            self._shared(number, step.part, (f"del{number}", amount), values)
        else:
            how = step.rest  # type: ignore[attr-defined]
            self._shared(number, how, self._left(number), values)

    def _of_post(self, share: Fraction, amount: Fraction) -> Shown:
        formula = f"={{post}}*{share.numerator}/{share.denominator}"
        return Shown(formula, plain([amount])[0])

    def _aside(self, number: int, step: SetAsideStep, words: str) -> None:
        amount = step.set_aside.of(self.post.amount)
        value: Content = step.set_aside.amount
        if step.set_aside.share is not None:
            value = self._of_post(step.set_aside.share, amount)
        look = Look.WHOLE if amount.denominator == 1 else Look.EXACT
        self._fact(f"avsatt{number}", f"Steg {number}: avsätts först", value, words, look)
        self._outside(f"{{avsatt{number}}}")

    def _fixed(self, number: int, step: FixedStep, values: Sequence[Fraction]) -> None:
        head, noun = f"Steg {number}", TYPE_NOUN[self.post.recipients]
        self._fact(f"fast{number}", f"{head}: fast belopp per {noun}", step.fixed)
        formula = f"{{fast{number}}}"
        if step.except_:
            group = self._in_groups(number, list(step.except_), f"{head}: grupp")
            for place, (name, amount) in enumerate(step.except_.items(), start=1):
                title = self._group(name)
                key = f"fast{number}_{place}"
                self._fact(key, f"{head}: fast belopp, {title}"[:60], amount)
                formula = f"IF([{group}]={text_of(title)},{{{key}}},{formula})"
        if step.exclude:
            self._takes_part(number, step.exclude)
            formula = f'IF([med{number}]="{YES}",{formula},0)'
        self._sums(f"{head}: fast belopp, kr", f"steg{number}", formula, values)
        self.whole.append(f"[steg{number}]")

    def _measure(self, share: ShareBy) -> Measure:
        return self.figures.of(self.post, share, self.codes, self.measured)

    def _figures(self, number: int, measure: Measure) -> str:
        """A column of the recipients' figures, fetched from their sheet."""
        key = f"antal{number}"
        cells = [Shown(f"={measure.formulas[c]}", measure.figures[c]) for c in self.codes]
        marks = [measure.mark] * len(self.codes)
        heading = f"Steg {number}: {measure.heading[0].lower()}{measure.heading[1:]}"
        self.sheet.columns.append(Column(key, heading, 17, Look.WHOLE, cells, marks))
        return key

    def _ladder(self, number: int, step: LadderStep, values: Sequence[Fraction]) -> None:
        figures = self._figures(number, self._measure(step.ladder.as_share()))
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
                self._fact(f"till{number}_{place}", f"{head}, till och med", rung.up_to)
            self._fact(f"trappa{number}_{place}", f"{head}, belopp", rung.amount)
        self._sums(f"Steg {number}: belopp efter trappsteg, kr", f"steg{number}", formula, values)
        self.whole.append(f"[steg{number}]")

    def _shared(
        self, number: int, how: ShareBy, given: tuple[str, Fraction], values: Sequence[Fraction]
    ) -> None:
        """What is in proportion to something."""
        amount_key, amount = given
        if len(self.codes) == 1 and how.by == "equal" and amount.denominator == 1:
            # One who shares equally with nobody: all of it, and nothing to divide.
            heading = f"Steg {number}: hela beloppet, kr"
            self._sums(heading, f"steg{number}", f"{{{amount_key}}}", values)
            self.whole.append(f"[steg{number}]")
            return
        taking = self._takes_part(number, how.exclude)
        weight, weights = self._weights(number, how, taking)
        total_key, total = f"summa{number}", sum(weights)
        label = "antal som delar" if how.by == "equal" else "alla som delar"
        note = "" if how.by == "equal" else "Nämnaren i varje andel."
        self._fact(total_key, f"Steg {number}: {label}", Shown(f"=SUM([{weight}:])", total), note)
        if how.cap is not None or how.floor is not None:
            self._bounded(number, how, given, (weight, weights, [*taking.values()]), values)
            return
        share = [value / amount if amount else Fraction(0) for value in values]
        self._column(
            f"andel{number}",
            f"Steg {number}: andel",
            13,
            Look.SHARE,
            shown(f"[{weight}]/{{{total_key}}}", plain(share)),
        )
        formula = f"{{{amount_key}}}*[{weight}]/{{{total_key}}}"
        self._sums(f"Steg {number}: andelens kronor", f"steg{number}", formula, values)
        if amount.denominator == 1:
            # The same figures of the same recipients have the same sum, on whatever sheet.
            same = f"{how.by} {self._basis(how)} {sorted(c for c in taking if taking[c])}"
            own = _Proportion(amount_key, int(amount), weight, weights, total_key, total, same)
            self.proportions.append(own)
        else:
            self.other.append(f"[steg{number}]")

    def _basis(self, how: ShareBy) -> str:
        return "" if how.by == "equal" else self._measure(how).heading

    def _weights(
        self, number: int, how: ShareBy, taking: Mapping[str, bool]
    ) -> tuple[str, list[int]]:
        """The column that shares are in proportion to, 0 for those who do not take part."""
        key = f"vikt{number}"
        if how.by == "equal":
            weights = [int(taking[code]) for code in self.codes]
            cells: Sequence[Content] = weights
            if how.exclude:
                cells = shown(f'IF([med{number}]="{YES}",1,0)', weights)
            self._column(key, f"Steg {number}: delar", 9, Look.WHOLE, cells)
            return key, weights
        measure = self._measure(how)
        figures = self._figures(number, measure)
        weights = [measure.figures[code] if taking[code] else 0 for code in self.codes]
        if not how.exclude:
            return figures, weights
        formula = f'IF([med{number}]="{YES}",[{figures}],0)'
        self._column(key, f"Steg {number}: räknas", 15, Look.WHOLE, shown(formula, weights))
        return key, weights

    def _bounded(
        self,
        number: int,
        how: ShareBy,
        given: tuple[str, Fraction],
        weighed: tuple[str, Sequence[int], Sequence[bool]],
        values: Sequence[Fraction],
    ) -> None:
        """Within a cap and a floor: who is at either, the rate that the others share by, the sums.

        Somebody is at the cap if everybody's sums, at the rate that leads just there, come to no
        more than there is; and at the floor the other way about.
        """
        amount_key, amount = given
        weight, weights, taking = weighed
        head, amount_at = f"Steg {number}", f"{{{amount_key}}}"
        cap, floor = f"{{tak{number}}}", f"{{golv{number}}}"
        if how.cap is not None:
            self._fact(f"tak{number}", f"{head}: tak", how.cap)
        self._fact(f"golv{number}", f"{head}: golv", how.floor or 0)
        state = f"lage{number}"
        everyone = f'([med{number}:]="{YES}")*' if how.exclude else ""

        def held(bound: str) -> str:
            rate = f"{bound}/[{weight}]*[{weight}:]"
            middle = f"({rate}>={floor})*{rate}+({rate}<{floor})*{floor}"
            if how.cap is not None:
                middle = f"({rate}>{cap})*{cap}+({rate}<={cap})*({middle})"
            return f"SUMPRODUCT({everyone}({middle}))"

        formula = f'IF({held(floor)}>={amount_at},"{_FLOORED}","{_SHARING}")'
        if how.cap is not None:
            formula = f'IF({held(cap)}<={amount_at},"{_CAPPED}",{formula})'
        formula = f'IF([{weight}]=0,IF({floor}>0,"{_FLOORED}","{_SHARING}"),{formula})'
        if how.exclude:
            formula = f'IF([med{number}]="{NO}","{_OUTSIDE}",{formula})'
        states = _states(how, weights, taking, amount)
        self._column(state, f"{head}: läge", 9, Look.TEXT, shown(formula, states))
        at_cap = f'COUNTIF([{state}:],"{_CAPPED}")*{cap}' if how.cap is not None else "0"
        at_floor = f'COUNTIF([{state}:],"{_FLOORED}")*{floor}'
        free = f'SUMIF([{state}:],"{_SHARING}",[{weight}:])'
        rate = _rate(weights, states, values)
        self._fact(
            f"kurs{number}",
            f"{head}: kronor per enhet för övriga",
            Shown(f"=IF({free}=0,0,({amount_at}-{at_cap}-{at_floor})/{free})", float(rate)),
            "Det som är kvar när tak och golv är räknade, delat på de övrigas tal.",
            Look.EXACT,
        )
        formula = f'IF([{state}]="{_SHARING}",{{kurs{number}}}*[{weight}],0)'
        formula = f'IF([{state}]="{_FLOORED}",{floor},{formula})'
        if how.cap is not None:
            formula = f'IF([{state}]="{_CAPPED}",{cap},{formula})'
        self._sums(f"{head}: inom tak och golv, kr", f"steg{number}", formula, values)
        self.other.append(f"[steg{number}]")

    # --- The exact share ---------------------------------------------------------------------

    def _exact(self, exact: Sequence[Fraction]) -> None:
        steps = [c.key for c in self.sheet.columns if c.key.startswith("steg")]
        formula = "+".join(f"[{key}]" for key in steps) or "0"
        look = Look.WHOLE if all(share.denominator == 1 for share in exact) else Look.EXACT
        self._column("exakt", "Exakt belopp, kr", 20, look, shown(formula, plain(exact)))

    def _parts(self, exact: Sequence[Fraction]) -> tuple[Parts, str]:
        """The exact share in whole numbers, and in which denominator."""
        one = self.proportions[0] if len(self.proportions) == 1 and not self.other else None
        unit = self.agreement.rounding_of(self.post).unit
        whole = "".join(f"{each}+" for each in self.whole)
        if not self.proportions and not self.other:
            parts, same = whole_parts(exact, 1), ""
            if unit == 1:
                return parts, same
            self._fact("namnare", "Nämnare", 1, "Alla belopp är hela kronor.")
            cells = ("[exakt]", "0")
        elif one is not None and _fits(one, unit):
            parts, same = whole_parts(exact, one.total), one.same
            value = Shown(f"={{{one.total_key}}}", one.total)
            self._fact(
                "namnare", "Nämnare", value, "Det som blir över räknas i denna del av en krona."
            )
            product = f"{{{one.amount_key}}}*[{one.weight_key}]"
            down = f"INT({product}/{{{one.total_key}}})"
            cells = (f"{whole}{down}", f"{product}-{down}*{{{one.total_key}}}")
        else:
            parts, same = decimal_parts(exact), "millionths"
            note = (
                "Bråken saknar en gemensam nämnare som ryms i ett kalkylblad. Därför räknas de "
                "med sex decimaler; att beloppen ändå blir rätt är prövat."
            )
            self._fact("namnare", "Nämnare", MILLIONTHS, note)
            cells = (
                "INT(ROUND([exakt],6))",
                "ROUND((ROUND([exakt],6)-INT(ROUND([exakt],6)))*{namnare},0)",
            )
        self._column("hela", "Hela kronor", 15, Look.WHOLE, shown(cells[0], parts.whole))
        heading = "Blir över, i nämnaren"
        self._column("over", heading, 15, Look.WHOLE, shown(cells[1], parts.over))
        return parts, same


def _fits(step: _Proportion, unit: int) -> bool:
    """Whether a spreadsheet holds every number of an exact division."""
    return step.amount * max(step.weights) < LARGEST and 2 * unit * step.total < COMPARED


def plain(values: Sequence[Fraction]) -> list[int | float]:
    """Values as a cell holds them: whole numbers as such, others as the nearest double."""
    return [int(value) if value.denominator == 1 else float(value) for value in values]


def text_of(words: str) -> str:
    """A text as a formula has it; no sign in it is taken for a name of the sheet's."""
    plain = words.replace('"', '""')
    return '"' + plain.replace("[", '"&CHAR(91)&"').replace("{", '"&CHAR(123)&"') + '"'


def _states(
    how: ShareBy, weights: Sequence[int], taking: Sequence[bool], amount: Fraction
) -> list[str]:
    """Who is at the cap, who at the floor, and who shares by the rate."""
    floor = Fraction(how.floor or 0)
    cap = None if how.cap is None else Fraction(how.cap)
    own = [weight for weight, part in zip(weights, taking, strict=True) if part]

    def held(rate: Fraction) -> Fraction:
        sums = (max(rate * weight, floor) for weight in own)
        return sum((each if cap is None else min(each, cap) for each in sums), Fraction(0))

    def state(weight: int, part: bool) -> str:
        if not part:
            return _OUTSIDE
        if weight == 0:
            return _FLOORED if floor else _SHARING
        if cap is not None and held(cap / weight) <= amount:
            return _CAPPED
        return _FLOORED if held(floor / weight) >= amount else _SHARING

    return [state(weight, part) for weight, part in zip(weights, taking, strict=True)]


def _rate(weights: Sequence[int], states: Sequence[str], values: Sequence[Fraction]) -> Fraction:
    """Kronor per unit for those who are neither at the cap nor at the floor; 0 if nobody is."""
    free = [row for row, state in enumerate(states) if state == _SHARING and weights[row]]
    return values[free[0]] / weights[free[0]] if free else Fraction(0)
