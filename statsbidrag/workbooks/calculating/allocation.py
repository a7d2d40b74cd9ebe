"""`allocation.xlsx`: every post of an agreement on a sheet that calculates it, and the sums.

Belongs here: which sheets there are, in which order, and what they say in words. Does not: a key's
formulas (`statsbidrag.workbooks.calculating.keys`), sums
(`statsbidrag.workbooks.calculating.sums`), or how a sheet is written
(`statsbidrag.workbooks.calculating.sheet`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Final

import pandas as pd

from schemas.agreement import Agreement, Coverage, Post, Rounding, TotalsFrom
from schemas.common import NATION, TOTAL, Maturity, RecipientType, Reference
from schemas.keys import shares_of
from statsbidrag.agreement.citations import citation
from statsbidrag.allocation.amounts import AmountRow, Measured, rows, split_post
from statsbidrag.allocation.figures import MARKS, MATURITIES
from statsbidrag.allocation.keys import met
from statsbidrag.allocation.rounding import round_column, round_sums
from statsbidrag.rendering.templates import in_words
from statsbidrag.swedish.key_sentences import key_in_words, rounding_in_words
from statsbidrag.swedish.typography import kronor, listed, stopped
from statsbidrag.workbooks.book import GUIDE, POSTS, Shown, created, named, open_book
from statsbidrag.workbooks.calculating.keys import NO, YES, PostColumns, plain
from statsbidrag.workbooks.calculating.parts import Parts
from statsbidrag.workbooks.calculating.population import Figures
from statsbidrag.workbooks.calculating.rounding import needs_unit, rounding_columns, shown
from statsbidrag.workbooks.calculating.sheet import (
    Below,
    Column,
    Content,
    Fact,
    Link,
    Look,
    Sheet,
    write_sheet,
)
from statsbidrag.workbooks.calculating.sums import VALUE, PostOnSheet, add_sum

_STATED: Final = "Angivna summor"
_LONGEST_NAME: Final = 31
_TYPES: Final = {
    RecipientType.REGION: "Region",
    RecipientType.KOMMUN: "Kommun",
    RecipientType.LAN: "Län",
    RecipientType.SKR: "SKR",
}

_NOUNS: Final = {
    RecipientType.REGION: "regionerna",
    RecipientType.KOMMUN: "kommunerna",
    RecipientType.LAN: "länen",
    RecipientType.SKR: "SKR",
}

_Rows = Mapping[tuple[str, RecipientType, str], AmountRow]


def allocation_workbook(
    agreement: Agreement,
    register: pd.DataFrame,
    basis: pd.DataFrame,
    allocation: pd.DataFrame,
    revision: str = "",
) -> bytes:
    """The workbook's bytes; every amount that is computed is a formula, and has its value.

    `revision` is the beginning of the revision's fingerprint, and is printed on every page.
    """
    made = _Book(agreement, register, basis, allocation)
    title = f"{agreement.title}: så räknas beloppen fram"
    footer = f"{agreement.id}{f', revision {revision}' if revision else ''}"
    with open_book(title, created(agreement)) as (book, written):
        for sheet in made.sheets():
            write_sheet(book, sheet, footer)
    return written.content


class _Book:
    """The sheets of one agreement."""

    def __init__(
        self,
        agreement: Agreement,
        register: pd.DataFrame,
        basis: pd.DataFrame,
        allocation: pd.DataFrame,
    ) -> None:
        self.agreement = agreement
        self.register = register
        self.basis = basis
        self.rows: _Rows = {
            (row.post, row.recipient_type, row.recipient_code): row for row in rows(allocation)
        }
        found = {row.maturity for row in self.rows.values() if _mark_of(row)}
        self.told = [maturity for maturity in MARKS if maturity in found]
        self.figures = Figures(agreement, register, basis)
        self.ranges: set[str] = set()
        self.names: list[str] = [
            GUIDE,
            POSTS,
            _STATED,
            *(sheet.name for sheet in self.figures.sheets),
        ]
        self.weighted = any(
            share.by == "weights"
            for post in agreement.posts
            for step in post.key
            for share in shares_of(step)
        )

    def sheets(self) -> list[Sheet]:
        """Every sheet: what it is, the posts, what is counted with, each post, the sums."""
        posts, calculated, sums = self._posts_first(), [], []
        on_sheets: dict[str, PostOnSheet] = {}
        own: dict[str, Sheet] = {}
        for post in self.agreement.posts:
            if post.unresolved:
                own[post.id] = self._unresolved(post)
            else:
                on_sheets[post.id] = self._post(post, posts)
                own[post.id] = on_sheets[post.id].sheet
            calculated.append(own[post.id])
            group = [p for p in self.agreement.posts if p.part_of and p.part_of == post.part_of]
            if group and group[-1] is post:
                name = next(
                    (g.label for g in self.agreement.post_groups if g.id == post.part_of),
                    str(post.part_of),
                )
                calculated.append(self._sum(str(post.part_of), name, group, on_sheets))
        for recipients in self.agreement.types():
            group = self.agreement.posts_of(recipients)
            # The total over a single post is the post.
            if len(group) > 1:
                sums.append(self._sum(TOTAL, "Totalt", group, on_sheets))
        self._posts_last(posts, own)
        every = [posts, self._stated(posts), *self.figures.sheets, *calculated, *sums]
        return [self._guide(every), *every]

    # --- The first two sheets ----------------------------------------------------------------

    def _guide(self, every: Sequence[Sheet]) -> Sheet:
        source = self.agreement.sources.get("agreement")
        number = source.reference_number if source else ""
        lines = [
            ("Vad", self.agreement.title),
            ("Diarienummer", number),
            *(("Läs detta först", self._mark(maturity)) for maturity in self.told),
            (
                "Vad arbetsboken visar",
                "Varje post har ett blad som räknar fram beloppen steg för steg, med formler. "
                "Ställ dig i en cell för att se hur den räknas. Grå celler är det som räkningen "
                "utgår från: postens belopp, nyckelns tal och folkmängden. Ändrar du dem räknas "
                "allt om, och beloppen är inte längre överenskommelsens.",
            ),
            (
                "Så är beloppen exakta",
                "Ett kalkylblad räknar exakt bara med heltal. Därför delas varje andel i hela "
                "kronor och det som blir över, räknat i andelens nämnare. Blir det över minst en "
                "halv nämnare avrundas beloppet uppåt.",
            ),
            ("Avrundning", rounding_in_words(self.agreement.rounding)),
        ]
        if self.agreement.rounding.assumed_for:
            types = listed(_NOUNS[each] for each in self.agreement.rounding.assumed_for)
            lines.append(
                (
                    "Vår läsning",
                    f"Inget publicerat visar hur beloppen till {types} avrundas. Att samma sätt "
                    "gäller där är vår läsning.",
                )
            )
        said: list[tuple[Content, str]] = [(label, text) for label, text in lines if text]
        said += [(Link(sheet.name), _about(sheet)) for sheet in every]
        sheet = Sheet(GUIDE, "Så räknas beloppen fram", frozen=1)
        sheet.columns = [
            Column("blad", "Om arbetsboken", 34, Look.TEXT, [label for label, _ in said]),
            Column("text", "", 100, Look.TEXT, [text for _, text in said]),
        ]
        return sheet

    def _mark(self, maturity: Maturity) -> str:
        return in_words("maturity_mark", str(maturity), self.weighted)

    def _posts_first(self) -> Sheet:
        """The sheet of posts with their sums, so that the posts' own sheets can refer to them."""
        posts = self.agreement.posts
        sheet = Sheet(POSTS, "Poster och nycklar", frozen=2)
        sheet.intro = [
            stopped(f"Hela överenskommelsen: {kronor(self.agreement.total.amount)}"),
            *(self._mark(m) for m in self.told),
        ]
        areas = {area.id: area.title for area in self.agreement.areas}
        sheet.columns = [
            Column("typ", "Mottagare", 11, Look.TEXT, [_TYPES[p.recipients] for p in posts]),
            Column("post", "Post", 22, Look.TEXT, [p.label for p in posts]),
            Column("id", "Beteckning", 22, Look.TEXT, [p.id for p in posts]),
            Column("omrade", "Område", 34, Look.TEXT, [areas[p.area] for p in posts]),
            Column(
                "nyckel", "Nyckel", 40, Look.TEXT, [key_in_words(self.agreement, p) for p in posts]
            ),
            Column("kalla", "Var det står", 28, Look.TEXT, [self._cited(p) for p in posts]),
            Column("belopp", "Belopp, kr", 18, Look.WHOLE, [p.amount for p in posts], given=True),
        ]
        return sheet

    def _posts_last(self, sheet: Sheet, own: Mapping[str, Sheet]) -> None:
        """What each post came to, from its own sheet, and the agreement's own totals."""
        paid: list[Content] = []
        differences: list[Content] = []
        words = []
        marks = []
        for post in self.agreement.posts:
            nation = self.rows[post.id, post.recipients, NATION]
            words.append(MATURITIES[nation.maturity])
            marks.append(_mark_of(nation))
            if post.unresolved or nation.amount_sek is None:
                paid.append(None)
                differences.append(None)
                continue
            page = own[post.id]
            paid.append(Shown(f"={page.beneath(0, 'belopp')}", nation.amount_sek))
            difference = nation.amount_sek - post.amount
            differences.append(Shown("=[fordelat]-[belopp]", difference))
        sheet.columns += [
            Column("fordelat", "Fördelat, kr", 18, Look.WHOLE, paid, marks),
            Column("skillnad", "Skillnad mot posten, kr", 16, Look.SIGNED, differences),
            Column("mognad", "Underlaget är", 16, Look.TEXT, words),
        ]
        total = sum(post.amount for post in self.agreement.posts)
        sheet.below.append(Below("Alla poster", {"belopp": Shown("=SUM([belopp:])", total)}))

    def _stated(self, posts: Sheet) -> Sheet:
        """The totals that the agreement itself prints, and what the posts come to."""
        areas = {area.id: area.title for area in self.agreement.areas}
        every = self.agreement.posts
        whole = self.agreement.total
        lines = [("Hela överenskommelsen", whole.reference, whole.amount, "", sum(_sums(every)))]
        for stated in self.agreement.stated_totals:
            if stated.recipients is not None:
                key, what = "typ", _TYPES[stated.recipients]
                own = _sums(p for p in every if p.recipients == stated.recipients)
            else:
                key, what = "omrade", areas[str(stated.area)]
                own = _sums(p for p in every if areas[p.area] == what)
            lines.append((what, stated.reference, stated.amount, key, sum(own)))
        amounts = posts.range("belopp")
        # Text against text, sign by sign: a long title is no obstacle, and no pattern.
        formulas = [
            f"=SUMPRODUCT(({posts.range(key)}=[vad])*{amounts})" if key else f"=SUM({amounts})"
            for *_, key, _ in lines
        ]
        sheet = Sheet(_STATED, "Summor som överenskommelsen själv anger")
        sheet.intro = ["Summorna jämförs med det som posterna kommer till."]
        if self.agreement.coverage == Coverage.PARTIAL:
            sheet.intro = ["Bara en del av posterna är kända: summorna kan inte prövas."]
        sheet.columns = [
            Column("vad", "Vad", 60, Look.TEXT, [line[0] for line in lines]),
            Column("kalla", "Var det står", 32, Look.TEXT, [self._place(r[1]) for r in lines]),
            Column("angivet", "Angivet, kr", 18, Look.WHOLE, [r[2] for r in lines], given=True),
            Column(
                "poster",
                "Posterna, kr",
                18,
                Look.WHOLE,
                [Shown(f, r[4]) for f, r in zip(formulas, lines, strict=True)],
            ),
            Column(
                "skillnad",
                "Skillnad, kr",
                16,
                Look.SIGNED,
                [Shown("=[poster]-[angivet]", r[4] - r[2]) for r in lines],
            ),
        ]
        return sheet

    def _cited(self, post: Post) -> str:
        places = [self._place(post.reference)]
        if post.key_reference is not None:
            places.append(f"nyckeln: {self._place(post.key_reference)}")
        return "; ".join(places)

    def _place(self, reference: Reference) -> str:
        found = citation(self.agreement, reference)
        title = "Överenskommelsen" if found.agreement else found.title
        return f"{title}, {found.place}" if found.place else title

    # --- A post ------------------------------------------------------------------------------

    def _sheet(self, post: Post) -> Sheet:
        sheet = Sheet(
            self._name(f"{_TYPES[post.recipients]} {post.label}"),
            f"{_TYPES[post.recipients]}: {post.label}",
        )
        sheet.intro = [
            *([post.title] if post.title != post.label else []),
            stopped(f"Nyckel: {key_in_words(self.agreement, post)}"),
            stopped(f"Var det står: {self._cited(post)}"),
        ]
        return sheet

    def _name(self, wanted: str) -> str:
        """A name that a sheet may have and no other sheet has."""
        name = re.sub(r"[\[\]{}'!:*?/\\\s]+", " ", wanted).strip()[:_LONGEST_NAME].strip()
        taken = {known.casefold() for known in self.names}
        number = 1
        unique = name
        while unique.casefold() in taken:
            number += 1
            unique = f"{name[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        self.names.append(unique)
        return unique

    def _own(self, post: str, recipients: RecipientType) -> list[AmountRow]:
        """The rows of one post or sum, without that of the nation."""
        own = [
            row
            for (name, kind, code), row in self.rows.items()
            if (name, kind) == (post, recipients) and code != NATION
        ]
        return sorted(own, key=lambda row: row.recipient_code)

    def _post(self, post: Post, posts: Sheet) -> PostOnSheet:
        sheet, own = self._sheet(post), self._own(post.id, post.recipients)
        codes = [row.recipient_code for row in own]
        marks = [_mark_of(row) for row in own]
        sheet.intro = [*sheet.intro, *self._marks(own)]
        rounding = self.agreement.rounding_of(post)
        sheet.intro.append(rounding_in_words(rounding))
        sheet.columns += _recipients(own)
        split = split_post(self.agreement, post, self.register, self.basis)
        measured = Measured(self.agreement, post, codes, self.basis)
        place = posts.cell("belopp", self.agreement.posts.index(post))
        builder = PostColumns(
            sheet,
            self.agreement,
            post,
            codes,
            split,
            self.figures,
            measured,
            place,
            self._range_name("Post", post.id),
        )
        parts, same = builder.build()
        exact = [split.exact(code) for code in codes]
        amounts = round_column(exact, rounding)
        to_share = post.amount - split.outside
        formula = "={post}" + "".join(f"-{each}" for each in builder.outside)
        value = plain([to_share])[0]
        sheet.facts.append(Fact("summa", "Att fördela på mottagarna", Shown(formula, value)))
        formulas: Sequence[Content] = shown("[exakt]", amounts)
        if sheet.has("hela"):
            if needs_unit(rounding):
                sheet.facts.append(Fact("enhet", "Avrundas till, kr", rounding.unit))
            live = self._rounded(sheet, rounding, parts, amounts)
            sheet.intro = [*sheet.intro, *([] if live else [VALUE])]
            formulas = live or amounts
        paid = self._condition(sheet, post, codes, formulas)
        self._amounts(sheet, post.id, own, paid)
        self._below(sheet, post.id, own, Shown("={summa}", value))
        shares = exact
        if post.condition is not None:
            members = met(codes, self.agreement.groups[post.condition.met_by])
            shares = [e if c in members else e * 0 for c, e in zip(codes, exact, strict=True)]
        return PostOnSheet(
            post, sheet, parts, same, shares, [row.amount_sek or 0 for row in own], marks
        )

    def _marks(self, own: Iterable[AmountRow]) -> list[str]:
        """What is told at the top of a sheet of the marks that its figures carry."""
        found = {row.maturity for row in own if _mark_of(row)}
        return [self._mark(maturity) for maturity in MARKS if maturity in found]

    def _rounded(
        self, sheet: Sheet, rounding: Rounding, parts: Parts, amounts: list[int]
    ) -> list[Shown] | None:
        """The rounded amounts as formulas; None where none can be trusted."""
        if not parts.agree(lambda shares: round_sums(shares, rounding), amounts):
            return None
        extra, formulas = rounding_columns(rounding, parts, amounts)
        sheet.columns += extra
        return formulas

    def _condition(
        self, sheet: Sheet, post: Post, codes: Sequence[str], formulas: Sequence[Content]
    ) -> Sequence[Content]:
        """What is paid, where only those are paid who meet something; else the amounts."""
        if post.condition is None:
            return formulas
        paid = met(codes, self.agreement.groups[post.condition.met_by])
        said = [YES if code in paid else NO for code in codes]
        sheet.columns += [
            Column("villkor", "Villkoret uppfyllt", 12, Look.TEXT, said, given=True),
            Column("avrundat", "Avrundat, kr", 15, Look.WHOLE, formulas),
        ]
        amounts = [self.rows[post.id, post.recipients, code].amount_sek or 0 for code in codes]
        return shown(f'IF([villkor]="{YES}",[avrundat],0)', amounts)

    def _amounts(
        self, sheet: Sheet, post: str, own: Sequence[AmountRow], amounts: Sequence[Content]
    ) -> None:
        """The amounts, and beside them what was published and what they rest on."""
        name = self._range_name("Belopp" if post != TOTAL else "Totalt", _key(post, own))
        marks = [_mark_of(row) for row in own]
        sheet.columns.append(Column("belopp", "Belopp, kr", 18, Look.WHOLE, amounts, marks, name))
        published = [row.published_sek for row in own]
        if any(sek is not None for sek in published):
            differences = [
                None
                if row.published_sek is None or row.amount_sek is None
                else Shown("=[belopp]-[publicerat]", row.amount_sek - row.published_sek)
                for row in own
            ]
            sheet.columns += [
                Column("publicerat", "Publicerat, kr", 15, Look.WHOLE, published, given=True),
                Column("avvikelse", "Skillnad mot publicerat", 12, Look.SIGNED, differences),
            ]
        words = [MATURITIES[row.maturity] for row in own]
        sheet.columns.append(Column("mognad", "Underlaget är", 16, Look.TEXT, words))

    def _below(self, sheet: Sheet, post: str, own: Sequence[AmountRow], to_share: Shown) -> None:
        """The sums of the columns, and how the amounts differ from what was to be shared out."""
        nation = self.rows[post, own[0].recipient_type, NATION]
        sums: dict[str, Content] = {
            column.key: Shown(f"=SUM([{column.key}:])", _summed(column.cells))
            for column in sheet.columns
            if column.key.startswith(_ADDED) and column.look != Look.TEXT
        }
        names = {"belopp": self._range_name("Summa", _key(post, own))}
        marks = {c.key: c.marks[0] for c in sheet.columns if c.key.startswith("antal")}
        marks["belopp"] = _mark_of(nation)
        if nation.published_sek is not None and sheet.has("publicerat"):
            deviation = (nation.amount_sek or 0) - nation.published_sek
            sums["publicerat"] = nation.published_sek
            sums["avvikelse"] = Shown("=[belopp]-[publicerat]", deviation)
        sheet.below.append(Below("Riket", sums, {}, marks, names))
        sheet.below.append(Below("Att fördela på mottagarna", {"belopp": to_share}))
        value = to_share.value
        assert not isinstance(value, str)
        letter, row = sheet.letter("belopp"), sheet.first + sheet.height
        difference = Shown(f"={letter}{row}-{letter}{row + 1}", (nation.amount_sek or 0) - value)
        looks = {"belopp": Look.SIGNED if isinstance(value, int) else Look.EXACT}
        sheet.below.append(Below("Skillnad", {"belopp": difference}, looks))

    def _range_name(self, *parts: str) -> str:
        """A name of a range that no other range has."""
        name = named(*parts)
        unique, number = name, 1
        while unique.casefold() in self.ranges:
            number += 1
            unique = f"{name}_{number}"
        self.ranges.add(unique.casefold())
        return unique

    def _unresolved(self, post: Post) -> Sheet:
        """A post whose key nobody knows: what was published, and nothing computed."""
        sheet, own = self._sheet(post), self._own(post.id, post.recipients)
        sheet.intro = [*sheet.intro, stopped(post.unresolved), self._mark(Maturity.UNRESOLVED)]
        sheet.columns += _recipients(own)
        sheet.facts.append(Fact("post", "Postens belopp", post.amount))
        marks = [MARKS[Maturity.UNRESOLVED]] * len(own)
        published = [row.published_sek for row in own]
        sheet.columns += [
            Column("publicerat", "Publicerat, kr", 18, Look.WHOLE, published, marks, given=True),
            Column("mognad", "Underlaget är", 30, Look.TEXT, [MATURITIES[r.maturity] for r in own]),
        ]
        return sheet

    # --- Sums --------------------------------------------------------------------------------

    def _sum(
        self,
        key: str,
        label: str,
        posts: Sequence[Post],
        on_sheets: Mapping[str, PostOnSheet],
    ) -> Sheet:
        """A recipient's sum over several posts, rounded as the agreement says for sums."""
        recipients = posts[0].recipients
        own = self._own(key, recipients)
        words = f"{_TYPES[recipients]} {label.lower() if key == TOTAL else label}"
        sheet = Sheet(self._name(words), f"{_TYPES[recipients]}: {label}")
        every = [*own, *(row for p in posts for row in self._own(p.id, recipients))]
        names = ", ".join(post.label for post in posts)
        sheet.intro = [stopped(f"Summan av posterna {names}"), *self._marks(every)]
        sheet.columns += _recipients(own)
        known = [on_sheets[post.id] for post in posts if post.id in on_sheets]
        for number, each in enumerate(known):
            cells = [
                Shown(f"={each.sheet.cell('belopp', row)}", amount)
                for row, amount in enumerate(each.amounts)
            ]
            sheet.columns.append(
                Column(f"post{number}", each.post.label, 16, Look.WHOLE, cells, each.marks)
            )
        if len(known) < len(posts):
            unknown = ", ".join(post.label for post in posts if post.id not in on_sheets)
            sheet.intro.append(
                f"Summan kan inte räknas fram: nyckeln till {unknown} är inte känd. Det som är "
                "publicerat visas som publicerat."
            )
            published = [row.published_sek for row in own]
            room = [MARKS[Maturity.UNRESOLVED] if sek is not None else "" for sek in published]
            sheet.columns.append(
                Column(
                    "publicerat",
                    "Publicerad summa, kr",
                    18,
                    Look.WHOLE,
                    published,
                    room,
                    given=True,
                )
            )
            return sheet
        rounding = self.agreement.rounding
        if rounding.totals == TotalsFrom.PRINTED:
            sheet.intro.append("Varje summa är summan av de avrundade beloppen.")
        else:
            sheet.intro.append(
                f"Summan avrundas från de exakta andelarna. {rounding_in_words(rounding)}"
            )
        amounts = [row.amount_sek or 0 for row in own]
        formulas = add_sum(sheet, known, rounding, amounts)
        if formulas is None:
            sheet.intro.append(VALUE)
        self._amounts(sheet, key, own, formulas or amounts)
        total = sum(sum(each.amounts) for each in known)
        letters = "+".join(f"SUM([post{number}:])" for number in range(len(known)))
        self._below(sheet, key, own, Shown(f"={letters}", total))
        sheet.below[1] = replace(sheet.below[1], label="Posternas belopp sammanlagt")
        return sheet


_ADDED: Final = ("antal", "vikt", "steg", "exakt", "post", "belopp")
"""What the columns begin with whose sum says something."""


def _sums(posts: Iterable[Post]) -> list[int]:
    return [post.amount for post in posts]


def _about(sheet: Sheet) -> str:
    """What a sheet holds, as the list of sheets says it."""
    return sheet.intro[0] if sheet.columns[0].key == "kod" else sheet.title


def _key(post: str, own: Sequence[AmountRow]) -> str:
    """What a sum or a post is called in a name: a total by its recipients."""
    return str(own[0].recipient_type) if post == TOTAL else post


def _recipients(own: Sequence[AmountRow]) -> list[Column]:
    return [
        Column("kod", "Kod", 7, Look.TEXT, [row.recipient_code for row in own]),
        Column("namn", "Mottagare", 37, Look.TEXT, [row.recipient_name for row in own]),
    ]


def _summed(cells: Sequence[Content]) -> int | float:
    values = [cell.value if isinstance(cell, Shown) else cell for cell in cells]
    numbers = [value for value in values if isinstance(value, int | float)]
    whole = all(isinstance(value, int) for value in numbers)
    return sum(numbers) if whole else fsum(numbers)


def _mark_of(row: AmountRow) -> str:
    """The mark of a computed amount: none where the same was published."""
    same = row.amount_sek is not None and row.published_sek == row.amount_sek
    return "" if same else MARKS.get(row.maturity, "")
