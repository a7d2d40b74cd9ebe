"""A file put in place whole or not at all, over another one or never.

Belongs here: that nobody sees half a file. Does not: what is said where the disk does not let us,
nor a folder put in place whole (`statsbidrag.publication.folder`).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def put_whole(path: Path, content: bytes, *, replace: bool) -> None:
    """Writes a file beside its place, and puts it there.

    Raises FileExistsError where there is one already that it is not to replace, and any other
    OSError of the disk; what was there stands then, and nothing else is left behind.
    """
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o644)
        if replace:
            os.replace(unfinished, path)
        else:
            # A link, unlike a renaming, fails where there is a file already.
            os.link(unfinished, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
