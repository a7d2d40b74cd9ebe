"""Which revisions an agreement has, and which one is meant by a name, a beginning or `current`.

Belongs here: names and folders of revisions. Does not: what is in them
(`statsbidrag.publication.reading_back`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from statsbidrag.errors import UsageError
from statsbidrag.publication.folder import CURRENT, NAME_LENGTH

_NAME: Final = re.compile(rf"[0-9a-f]{{{NAME_LENGTH}}}")


def revision_names(output: Path, agreement_id: str) -> list[str]:
    """The revisions that an agreement has, by name."""
    home = output / agreement_id
    if Path(agreement_id).name != agreement_id or not home.is_dir():
        return []
    return sorted(path.name for path in home.iterdir() if _is_revision(path))


def named_revision(output: Path, agreement_id: str, text: str) -> str:
    """The name of the revision meant by a name, a unique beginning of it, or `current`.

    Raises UsageError, which lists the revisions there are, for none or several.
    """
    names = revision_names(output, agreement_id)
    if not names:
        raise UsageError(_no_agreement(output, agreement_id))
    current = current_name(output, agreement_id)
    found = [current] if text == CURRENT else [n for n in names if text and n.startswith(text)]
    if len(found) == 1 and found[0] is not None:
        return found[0]
    there = ", ".join(f"{name} (current)" if name == current else name for name in names)
    if len(found) > 1:
        problem = f"`{text}` is the beginning of {len(found)} revisions: write more of the name."
    elif text == CURRENT:
        problem = "no revision is current: each of them withholds something."
    else:
        problem = f"there is no revision `{text}`."
    raise UsageError(
        f"{agreement_id}: {problem} There are: {there}\n"
        "  Write a name, any unique beginning of it, or `current`."
    )


def current_name(output: Path, agreement_id: str) -> str | None:
    """The name of the current revision, None where there is none."""
    link = output / agreement_id / CURRENT
    return Path(os.readlink(link)).name if link.is_symlink() and link.is_dir() else None


def _no_agreement(output: Path, agreement_id: str) -> str:
    folders = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
    known = [name for name in folders if revision_names(output, name)]
    return (
        f"{output}: no revision of `{agreement_id}` is published there. "
        f"Published: {', '.join(known) or 'nothing'}.\n"
        f"  Make one: statsbidrag run {agreement_id}"
    )


def _is_revision(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and _NAME.fullmatch(path.name) is not None
