"""The workbook that calculates, read back: its amounts by the names of their ranges.

Belongs here: what both the quick tests and LibreOffice's look at. Does not: any expectation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from schemas.common import NATION, TOTAL, RecipientType
from statsbidrag.allocation.amounts import AmountRow, rows
from statsbidrag.dossier.gathering import Computed
from statsbidrag.workbooks.book import named
from statsbidrag.workbooks.calculating.allocation_workbook import allocation_workbook

Key = tuple[str, RecipientType, str]
"""Post (or group, or `total`), recipient type and code."""


def made(computed: Computed) -> bytes:
    """The workbook of a computed agreement."""
    return allocation_workbook(
        computed.agreement, computed.register, computed.basis, computed.allocation
    )


def opened(content: bytes | Path, *, formulas: bool = False) -> Workbook:
    """The workbook with its values, or with its formulas."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return openpyxl.load_workbook(file, data_only=not formulas)


def expected(computed: Computed) -> dict[Key, AmountRow]:
    """Every amount that the workbook has to show: a total over one post is the post."""
    every = rows(computed.allocation)
    posts = {t: len(computed.agreement.posts_of(t)) for t in RecipientType}
    return {
        (row.post, row.recipient_type, row.recipient_code): row
        for row in every
        if row.amount_sek is not None and (row.post != TOTAL or posts[row.recipient_type] > 1)
    }


def amounts(book: Workbook, wanted: Mapping[Key, AmountRow]) -> dict[Key, object]:
    """What stands in the cell of each amount; None where the workbook has no such cell."""
    return {key: None if at is None else at.value for key, at in cells(book, wanted).items()}


def cells(book: Workbook, wanted: Mapping[Key, AmountRow]) -> dict[Key, object]:
    """The cell of each amount, found by the names of ranges and the codes beside them."""
    found: dict[Key, object] = {}
    for post, recipients, code in wanted:
        what = str(recipients) if post == TOTAL else post
        prefix = "Summa" if code == NATION else "Totalt" if post == TOTAL else "Belopp"
        name = book.defined_names.get(named(prefix, what))
        found[post, recipients, code] = None
        if name is None:
            continue
        [(title, place)] = name.destinations
        sheet = book[title]
        area = sheet[place.replace("$", "")]
        own = [row[0] for row in area] if isinstance(area, tuple) else [area]
        for cell in own:
            if code in (NATION, sheet.cell(cell.row, 1).value):
                found[post, recipients, code] = cell
    return found


def spoiled(content: bytes, old: bytes = b"", new: bytes = b"") -> bytes:
    """The workbook with a wrong value in every formula's cell, and formulas changed from old to
    new."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(out, "w") as wrong:
        for part in whole.infolist():
            data = whole.read(part)
            if part.filename.startswith("xl/worksheets/"):
                data = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>1</v>", data)
                data = data.replace(old, new) if old else data
            wrong.writestr(part, data)
    return out.getvalue()
