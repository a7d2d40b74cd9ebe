"""`audit/revision.json` as a file: one amount a line, the same record the same bytes.

Belongs here: writing and reading the file. Does not: what is in it
(`statsbidrag.publication.recording`), or what is made of it
(`statsbidrag.publication.reading_back`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from schemas.revision_record import RevisionRecord
from statsbidrag.errors import ProgramError

RECORD: Final = "audit/revision.json"
"""Where the file lies in its revision."""


def record_bytes(record: RevisionRecord) -> bytes:
    """The record as it is written: UTF-8, LF, keys in the order of the form, an item a line."""
    data = record.model_dump(mode="json", by_alias=True)
    parts = (f" {_text(name)}: {_part(value)}" for name, value in data.items())
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _part(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _text(value)
    return "[\n" + ",\n".join(f"  {_text(item)}" for item in value) + "\n ]"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_record(folder: Path) -> RevisionRecord:
    """The record of the revision in this folder.

    Raises ProgramError where there is none, it is of another form, or of a form of its own.
    """
    path = folder / RECORD
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror or 'it cannot be read'}.") from None
    try:
        return RevisionRecord.model_validate_json(content)
    except ValidationError as error:
        raise ProgramError(_refused(path, error)) from None


def _refused(path: Path, error: ValidationError) -> str:
    """Why, in one line, and what to do."""
    for each in error.errors():
        if each["loc"] == ("format",) and each["type"] == "literal_error":
            return (
                f"{path}: format {each['input']!r}, and this program reads format 1 alone: "
                "use the program that made the revision, or a later one."
            )
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return (
        f"{path}: {where + ': ' if where else ''}{first['msg']}: put the file back from a copy of "
        "the revision, or run the agreement again."
    )
