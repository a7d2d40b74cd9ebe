"""What others have printed about an agreement's amounts, as a checked table.

Belongs here: reading and checking `raw/published/`. Does not: comparing it with what we compute
(`statsbidrag.reconciliation`).
"""

from __future__ import annotations

import pandas as pd

from schemas import tables
from schemas.agreement import Agreement
from schemas.common import NATION, TOTAL, RecipientType
from schemas.sidecar import PublishedSidecar
from schemas.tables import PublishedTable
from statsbidrag.errors import InputError, Problem
from statsbidrag.files.checked_tables import checked_input, whole_numbers
from statsbidrag.files.csv_tables import read_csv
from statsbidrag.files.raw_folder import Sealed
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register


def no_published() -> PublishedTable:
    """The table for an agreement that nothing was published about."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in tables.Published.columns()})
    frame["amount_sek"] = frame["amount_sek"].astype("int64")
    return PublishedTable(frame)


def read_published(
    file: Sealed[PublishedSidecar] | None, agreement: Agreement, register: Register
) -> PublishedTable:
    """The published figures. Raises InputError.

    Every row must name this agreement, a recipient of the register (or 00, *Riket*) and one of the
    agreement's posts, post groups or `total`.
    """
    if file is None:
        return no_published()
    frame = read_csv(file.content, file.path)
    if "recipient_code" in frame:
        names = {
            code: name for kind in RecipientType for code, name in reg.names(register, kind).items()
        }
        reg.refuse_lost_zeros(frame["recipient_code"], names, file.path)
    if "amount_sek" in frame:
        frame["amount_sek"] = whole_numbers(frame["amount_sek"], file.path)
    published = PublishedTable(checked_input(tables.Published, frame, file.path))
    problems = _problems(file, published, agreement, register)
    if problems:
        raise InputError(problems)
    return published


def _problems(
    file: Sealed[PublishedSidecar],
    published: PublishedTable,
    agreement: Agreement,
    register: Register,
) -> list[Problem]:
    posts = {post.id: post.recipients for post in agreement.posts}
    posts |= {group.id: RecipientType(group.id.split("/")[0]) for group in agreement.post_groups}
    codes = {str(t): {*reg.codes(register, t), NATION} for t in RecipientType}
    problems = []
    if len(published) != file.sidecar.rows:
        problems.append(
            Problem(
                str(file.path), "rows", f"{file.sidecar.rows}", f"{len(published)}", "see sidecar"
            )
        )
    for row in published.itertuples():
        line = int(str(row.Index)) + 2
        wrong = ""
        if row.agreement != agreement.id:
            wrong = f"the agreement `{row.agreement}`"
        elif row.recipient_code not in codes[str(row.recipient_type)]:
            wrong = f"the recipient {row.recipient_type}:{row.recipient_code}"
        elif row.post != TOTAL and posts.get(str(row.post)) != row.recipient_type:
            wrong = f"the post `{row.post}` for {row.recipient_type}"
        if wrong:
            problems.append(
                Problem(
                    str(file.path),
                    f"row {line}",
                    f"{agreement.id}, its posts, and recipients of the register",
                    wrong,
                    "correct it against the source",
                    line,
                )
            )
    return problems
