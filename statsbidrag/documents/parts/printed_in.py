"""Which papers a recipient's figures are printed in, by their titles.

Belongs here: from the table of published figures to titles. Does not: the figures themselves
(`statsbidrag.agreement.published_figures`), or which of two is shown
(`statsbidrag.allocation.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.agreement import Agreement
from schemas.common import Recipient, RecipientType
from schemas.tables import PublishedTable
from statsbidrag.swedish.key_sentences import source_title

Printed = Mapping[tuple[str, Recipient], str]
"""The title of the paper that each printed figure is from, by its post (or `total`) and whose."""


def printed_in(agreement: Agreement, published: PublishedTable) -> Printed:
    """The titles of all papers, in the order of the figures; read once for all recipients.

    `published` is a frame `schemas.tables.Published`.
    """
    return {
        (
            str(row.post),
            Recipient(RecipientType(str(row.recipient_type)), str(row.recipient_code)),
        ): source_title(agreement, str(row.source))
        for row in published.itertuples(index=False)
    }


def papers_of(printed: Printed) -> dict[Recipient, tuple[str, ...]]:
    """The papers that each recipient's figures are printed in, each once."""
    titles: dict[Recipient, dict[str, None]] = {}
    for (_, recipient), title in printed.items():
        titles.setdefault(recipient, {})[title] = None
    return {recipient: tuple(own) for recipient, own in titles.items()}
