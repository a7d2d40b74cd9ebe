"""What a check is given: one file's agreement, what it supplements, and all that it may speak of.

Belongs here: the scope, and how an unknown name is told. Does not: any check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from schemas.agreement import Agreement, Area, Group, Post
from statsbidrag.errors import Problem
from statsbidrag.files.raw_folder import Raw
from statsbidrag.files.yaml_reading import Location, YamlFile
from statsbidrag.register import recipients as reg
from statsbidrag.register.recipients import Register

MEND = "correct it against the agreement"


@dataclass(frozen=True)
class Scope:
    """One file's agreement, what it supplements, and all that its parts may speak of.

    `touched` are the parts with mistakes of their own that were left out, and a part without a mark
    in the file is a stand-in for one: what would compare with them is not checked until they are
    mended, so that each mistake gives one message.
    """

    agreement: Agreement
    base: Agreement | None
    file: YamlFile
    register: Register
    raw: Raw
    touched: frozenset[Location]

    @property
    def areas(self) -> list[Area]:
        """The areas that posts may belong to."""
        return [*(self.base.areas if self.base else ()), *self.agreement.areas]

    @property
    def groups(self) -> dict[str, Group]:
        """The groups that keys may name."""
        return {**(self.base.groups if self.base else {}), **self.agreement.groups}

    @property
    def sources(self) -> list[str]:
        """The sources that references may name."""
        return [*(self.base.sources if self.base else {}), *self.agreement.sources]

    @property
    def post_groups(self) -> list[str]:
        """The posts that have parts."""
        groups = [*(self.base.post_groups if self.base else ()), *self.agreement.post_groups]
        return [group.id for group in groups]

    @property
    def kept_posts(self) -> list[Post]:
        """The base's posts that the supplement leaves as they are."""
        replaced = {post.replaces for post in self.agreement.posts}
        return [p for p in (self.base.posts if self.base else ()) if p.id not in replaced]

    def whole(self, *keys: str) -> bool:
        """Whether these parts of the file were read without a mistake in any item."""
        return not {at[0] for at in self.touched} & set(keys)

    def left_out(self, key: str, name: str) -> bool:
        """Whether a name stands in the file, but what it names could not be read."""
        return bool({(key,), (key, name)} & self.touched)

    def was_read(self, *at: int | str) -> bool:
        """Whether a part stands in the file as it is here."""
        return at in self.file.marks

    def sound(self, post: Post, name: str) -> bool:
        """Whether a group is there, and its members are what it says."""
        group = self.groups.get(name)
        if group is None or group.recipients != post.recipients:
            return False
        return set(group.members) <= set(reg.codes(self.register, group.recipients))


def unknown(file: YamlFile, at: Location, found: str, known: Sequence[str]) -> Problem:
    """A name that is not among those that are known, with the nearest one that is."""
    close = get_close_matches(found, known, n=1)
    return file.problem(
        at,
        expected=f"one of: {', '.join(known) or 'none is defined'}",
        found=f"`{found}`",
        action=f"did you mean `{close[0]}`?" if close else MEND,
    )


def kr(amount: int | Fraction) -> str:
    """Kronor, digits in threes; what is not whole with its fraction."""
    whole, part = divmod(Fraction(amount), 1)
    return f"{whole:,}{f' {part}' if part else ''} kr".replace(",", " ")
