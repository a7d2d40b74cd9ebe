"""The first sheets of `allocation.xlsx`: what it is, every post, and the totals that are stated.

Belongs here: what holds for the agreement as a whole. Does not: one post or one sum
(`post_sheets`, `sum_sheets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.agreement import Agreement, Coverage, Post
from schemas.common import Reference
from schemas.register import TypesInWords
from statsbidrag.agreement.citations import citation
from statsbidrag.allocation.figures import MATURITIES
from statsbidrag.swedish.key_sentences import key_in_words, rounding_in_words
from statsbidrag.swedish.typography import kronor, listed, sentence, stopped
from statsbidrag.workbooks.book import GUIDE, POSTS, Shown
from statsbidrag.workbooks.calculating.amount_columns import Amounts, mark_of
from statsbidrag.workbooks.calculating.sheet import Below, Column, Content, Link, Look, Sheet

STATED: Final = "Angivna summor"
"""The sheet of the totals that the agreement itself states."""


def guide_sheet(agreement: Agreement, amounts: Amounts, every: Sequence[Sheet]) -> Sheet:
    """What the workbook shows and how it is read, and the way to every other sheet."""
    said: list[tuple[Content, str]] = [
        (label, text) for label, text in _guide(agreement, amounts) if text
    ]
    said += [(Link(sheet.name), _about(sheet)) for sheet in every]
    sheet = Sheet(GUIDE, "Så räknas beloppen fram", frozen=1)
    sheet.columns = [
        Column("blad", "Om arbetsboken", 34, Look.TEXT, [label for label, _ in said]),
        Column("text", "", 100, Look.TEXT, [text for _, text in said]),
    ]
    return sheet


def _guide(agreement: Agreement, amounts: Amounts) -> list[tuple[str, str]]:
    source = agreement.sources.get("agreement")
    lines = [
        ("Vad", agreement.title),
        ("Diarienummer", source.reference_number if source else ""),
        *(("Läs detta först", mark) for mark in amounts.marks_in_words()),
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
        ("Avrundning", rounding_in_words(agreement.rounding)),
    ]
    if agreement.rounding.assumed_for:
        types = listed(amounts.types[each].definite for each in agreement.rounding.assumed_for)
        lines.append(
            (
                "Vår läsning",
                f"Inget publicerat visar hur beloppen till {types} avrundas. Att samma sätt "
                "gäller där är vår läsning.",
            )
        )
    return lines


def _about(sheet: Sheet) -> str:
    """What a sheet holds, as the list of sheets says it."""
    return sheet.intro[0] if sheet.columns[0].key == "kod" else sheet.title


def posts_sheet(agreement: Agreement, amounts: Amounts) -> Sheet:
    """The sheet of posts with their sums, so that the posts' own sheets can refer to them."""
    posts = agreement.posts
    sheet = Sheet(POSTS, "Poster och nycklar", frozen=2)
    sheet.intro = [
        stopped(f"Hela överenskommelsen: {kronor(agreement.total.amount)}"),
        *amounts.marks_in_words(),
    ]
    areas = {area.id: area.title for area in agreement.areas}
    types = [sentence(amounts.types[p.recipients].singular) for p in posts]
    keys = [key_in_words(agreement, p, amounts.types) for p in posts]
    sheet.columns = [
        Column("typ", "Mottagare", 11, Look.TEXT, types),
        Column("post", "Post", 22, Look.TEXT, [p.label for p in posts]),
        Column("id", "Beteckning", 22, Look.TEXT, [p.id for p in posts]),
        Column("omrade", "Område", 34, Look.TEXT, [areas[p.area] for p in posts]),
        Column("nyckel", "Nyckel", 40, Look.TEXT, keys),
        Column("kalla", "Var det står", 28, Look.TEXT, [cited(agreement, p) for p in posts]),
        Column("belopp", "Belopp, kr", 18, Look.WHOLE, [p.amount for p in posts], given=True),
    ]
    return sheet


def add_distributed(
    sheet: Sheet, agreement: Agreement, amounts: Amounts, on_sheets: Mapping[str, Sheet]
) -> None:
    """Adds to the posts what each came to, from its own sheet, and the sum of all posts."""
    paid: list[Content] = []
    differences: list[Content] = []
    words = []
    marks = []
    for post in agreement.posts:
        nation = amounts.nation(post.id, post.recipients)
        words.append(MATURITIES[nation.maturity])
        marks.append(mark_of(nation))
        if post.unresolved or nation.amount_sek is None:
            paid.append(None)
            differences.append(None)
            continue
        page = on_sheets[post.id]
        paid.append(Shown(f"={page.beneath(0, 'belopp')}", nation.amount_sek))
        difference = nation.amount_sek - post.amount
        differences.append(Shown("=[fordelat]-[belopp]", difference))
    sheet.columns += [
        Column("fordelat", "Fördelat, kr", 18, Look.WHOLE, paid, marks),
        Column("skillnad", "Skillnad mot posten, kr", 16, Look.SIGNED, differences),
        Column("mognad", "Underlaget är", 16, Look.TEXT, words),
    ]
    total = sum(post.amount for post in agreement.posts)
    sheet.below.append(Below("Alla poster", {"belopp": Shown("=SUM([belopp:])", total)}))


@dataclass(frozen=True)
class _Stated:
    """A total that the agreement states, and what the posts come to that it is of."""

    what: str
    reference: Reference
    stated: int
    formula: str
    posts: int


def stated_sheet(agreement: Agreement, posts: Sheet, types: TypesInWords) -> Sheet:
    """The totals that the agreement itself states, and what its posts come to."""
    lines = _totals(agreement, posts, types)
    sheet = Sheet(STATED, "Summor som överenskommelsen själv anger")
    sheet.intro = ["Summorna jämförs med det som posterna kommer till."]
    if agreement.coverage == Coverage.PARTIAL:
        sheet.intro = ["Bara en del av posterna är kända: summorna kan inte prövas."]
    where = [_place(agreement, line.reference) for line in lines]
    sums = [Shown(line.formula, line.posts) for line in lines]
    differences = [Shown("=[poster]-[angivet]", line.posts - line.stated) for line in lines]
    sheet.columns = [
        Column("vad", "Vad", 60, Look.TEXT, [line.what for line in lines]),
        Column("kalla", "Var det står", 32, Look.TEXT, where),
        Column("angivet", "Angivet, kr", 18, Look.WHOLE, [x.stated for x in lines], given=True),
        Column("poster", "Posterna, kr", 18, Look.WHOLE, sums),
        Column("skillnad", "Skillnad, kr", 16, Look.SIGNED, differences),
    ]
    return sheet


def _totals(agreement: Agreement, posts: Sheet, types: TypesInWords) -> list[_Stated]:
    areas = {area.id: area.title for area in agreement.areas}
    every, whole, amounts = agreement.posts, agreement.total, posts.range("belopp")
    lines = [
        _Stated(
            "Hela överenskommelsen",
            whole.reference,
            whole.amount,
            f"=SUM({amounts})",
            sum(post.amount for post in every),
        )
    ]
    for stated in agreement.stated_totals:
        if stated.recipients is not None:
            key, what = "typ", sentence(types[stated.recipients].singular)
            own = [p.amount for p in every if p.recipients == stated.recipients]
        else:
            key, what = "omrade", areas[str(stated.area)]
            own = [p.amount for p in every if areas[p.area] == what]
        # Text against text, sign by sign: a long title is no obstacle, and no pattern.
        formula = f"=SUMPRODUCT(({posts.range(key)}=[vad])*{amounts})"
        lines.append(_Stated(what, stated.reference, stated.amount, formula, sum(own)))
    return lines


def cited(agreement: Agreement, post: Post) -> str:
    """Where a post stands, and where its key does if that is another place."""
    places = [_place(agreement, post.reference)]
    if post.key_reference is not None:
        places.append(f"nyckeln: {_place(agreement, post.key_reference)}")
    return "; ".join(places)


def _place(agreement: Agreement, reference: Reference) -> str:
    found = citation(agreement, reference)
    title = "Överenskommelsen" if found.agreement else found.title
    return f"{title}, {found.place}" if found.place else title
