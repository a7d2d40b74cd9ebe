"""`allocation.xlsx`: every post of an agreement on a sheet that calculates it, and the sums.

Belongs here: which sheets there are, in which order. Does not: what stands on any of them
(`overview_sheets`, `population_sheets`, `post_sheets`, `sum_sheets`), or how a sheet is written
(`sheet_writing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.agreement import Agreement, Post
from schemas.common import TOTAL
from schemas.tables import AllocationTable, BasisTable
from statsbidrag.register.recipients import Register
from statsbidrag.workbooks.book import GUIDE, POSTS, created, open_book
from statsbidrag.workbooks.calculating.amount_columns import Amounts
from statsbidrag.workbooks.calculating.overview_sheets import (
    STATED,
    add_distributed,
    guide_sheet,
    posts_sheet,
    stated_sheet,
)
from statsbidrag.workbooks.calculating.population_sheets import PopulationSheets
from statsbidrag.workbooks.calculating.post_sheets import PostSheets
from statsbidrag.workbooks.calculating.sheet import Sheet
from statsbidrag.workbooks.calculating.sheet_writing import write_sheet
from statsbidrag.workbooks.calculating.sum_formulas import PostOnSheet
from statsbidrag.workbooks.calculating.sum_sheets import SumOfPosts, SumSheets
from statsbidrag.workbooks.calculating.unique_names import UniqueNames


def allocation_workbook(
    agreement: Agreement,
    register: Register,
    basis: BasisTable,
    allocation: AllocationTable,
    revision: str = "",
) -> bytes:
    """The workbook's bytes; every amount that is computed is a formula, and has its value.

    `revision` is the beginning of the revision's fingerprint, and is printed on every page.
    """
    title = f"{agreement.title}: så räknas beloppen fram"
    footer = f"{agreement.id}{f', revision {revision}' if revision else ''}"
    sheets = _sheets(agreement, register, basis, allocation)
    with open_book(title, created(agreement)) as (book, written):
        for sheet in sheets:
            write_sheet(book, sheet, footer)
    return written.content


def _sheets(
    agreement: Agreement, register: Register, basis: BasisTable, allocation: AllocationTable
) -> list[Sheet]:
    """Every sheet: what it is, the posts, what is counted with, each post, the sums."""
    figures = PopulationSheets(agreement, register, basis)
    names = UniqueNames([GUIDE, POSTS, STATED, *(sheet.name for sheet in figures.sheets)])
    amounts = Amounts(agreement, allocation, names, register.words)
    posts = posts_sheet(agreement, amounts)
    post_sheets = PostSheets(agreement, register, basis, amounts, figures, names, posts)
    sum_sheets = SumSheets(agreement, amounts, names)
    calculated: dict[str, PostOnSheet] = {}
    by_post: dict[str, Sheet] = {}
    made = []
    for post in agreement.posts:
        if post.unresolved:
            by_post[post.id] = post_sheets.unresolved(post)
        else:
            calculated[post.id] = post_sheets.calculated(post)
            by_post[post.id] = calculated[post.id].sheet
        made.append(by_post[post.id])
        group = [p for p in agreement.posts if p.part_of and p.part_of == post.part_of]
        if group and group[-1] is post:
            made.append(sum_sheets.of(_whole_post(agreement, group, register), calculated))
    made += [sum_sheets.of(total, calculated) for total in _totals(agreement, register)]
    add_distributed(posts, agreement, amounts, by_post)
    every = [posts, stated_sheet(agreement, posts, register.words), *figures.sheets, *made]
    return [guide_sheet(agreement, amounts, every), *every]


def _whole_post(agreement: Agreement, parts: Sequence[Post], register: Register) -> SumOfPosts:
    """The post that some posts are the parts of, as a sum."""
    key = str(parts[0].part_of)
    label = next((group.label for group in agreement.post_groups if group.id == key), key)
    return SumOfPosts(key, label, parts, register.words[parts[0].recipients].singular)


def _totals(agreement: Agreement, register: Register) -> Iterator[SumOfPosts]:
    """The total of each type of recipients that has several: over a single post it is the post."""
    for recipients in agreement.types():
        posts = agreement.posts_of(recipients)
        if len(posts) > 1:
            yield SumOfPosts(TOTAL, "Totalt", posts, register.words[posts[0].recipients].singular)
