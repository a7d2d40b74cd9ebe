"""What people write by hand, written by the program the same way: YAML of a model, put in place.

Belongs here: a plan or an outcome as the text of its file, and putting that text there, whole or
not at all. Does not: the workbook that it comes from (`statsbidrag.workbooks.forms.plan_workbook`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel

from statsbidrag.errors import ProgramError
from statsbidrag.files.whole_file import put_whole
from statsbidrag.files.yaml_reading import is_plain_text
from statsbidrag.swedish.key_sentences import share_in_words
from statsbidrag.swedish.typography import NBSP, number

_WIDTH: Final = 10**6


def yaml_text(model: BaseModel, blank: Mapping[str, str] | None = None) -> str:
    """A model as its file says it: fields in their order, amounts in threes, defaults left out.

    All whole numbers of such a file are kronor, but for its `format`. `blank` are fields written
    although nothing is known of them, by name. Comments are no part of a model, and get lost.
    """
    data = model.model_dump(by_alias=True, exclude_defaults=True)
    for name, value in (blank or {}).items():
        data.setdefault(name, value)
    order = [name for name in type(model).model_fields if name in data]
    parts = []
    for name in order:
        value = data[name] if name == "format" else _written(data[name])
        part = _dumped({name: value})
        wide = isinstance(value, list | dict) and value
        parts.append(f"\n{part}" if wide else part)
    return "".join(parts)


def _written(value: Any) -> Any:
    if isinstance(value, bool | date) or value is None:
        return value
    if isinstance(value, int):
        text = number(value).replace(NBSP, " ").replace("\u2212", "-")
        return text if " " in text else value
    if isinstance(value, Fraction):
        return share_in_words(value).replace(NBSP, " ")
    if isinstance(value, str):
        return _Text(value)
    if isinstance(value, Mapping):
        return {
            name: _one_or_several(part) if name == "organisation" else _written(part)
            for name, part in value.items()
        }
    return [_written(part) for part in value]


def _one_or_several(value: Any) -> Any:
    return _Text(value[0]) if len(value) == 1 else _written(value)


class _Text(str):
    """A text of the file's: in quotes where it would be read as something else."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Items of a list stand further in than the list's name, as people write them."""
        super().increase_indent(flow, False)


def _text_node(dumper: yaml.SafeDumper, text: _Text) -> yaml.Node:
    plain = is_plain_text(text) and not re.fullmatch(r"-?[0-9]+( [0-9]+)*", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), None if plain else '"')


def _plain_node(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Amounts, shares and days: ours, and read as they are.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


_Dumper.add_representer(_Text, _text_node)
_Dumper.add_representer(str, _plain_node)


def _dumped(data: dict[str, Any]) -> str:
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )
    return text


def put(path: Path, text: str) -> None:
    """The file with this text, put there whole or not at all. Raises ProgramError for the disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, text.encode("utf-8"), replace=True)
    except OSError as error:
        raise ProgramError(
            f"{path} cannot be written: {error.strerror or error}. What was there stands; make "
            "room, or get permission, and import again."
        ) from error
