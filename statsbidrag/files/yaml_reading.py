"""A YAML file as a checked model, every error with its line and column.

Belongs here: reading one YAML file safely, and saying where in it something is wrong. Does not:
what the files mean.

Plain scalars follow YAML 1.2's core schema (`on` and `yes` are words, dates are text). Anchors,
aliases, tags and several documents in one file are refused: nobody needs them here, and they are
how a small file becomes a large one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from statsbidrag.errors import BLANK, InputError, Problem, input_error
from statsbidrag.files.printable_text import unfit

Model = TypeVar("Model", bound=BaseModel)

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 30

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
)
_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}

Location = tuple[int | str, ...]


@dataclass(frozen=True)
class YamlFile:
    """A file's content as plain data, and the line and column of each of its parts.

    `origins` says where a part stands in the file itself, if parts before it were taken away;
    `texts` how each number is written there, by where it stands in the file itself.
    """

    path: Path
    data: Any
    marks: dict[Location, tuple[int, int]]
    origins: dict[Location, Location] = field(default_factory=dict)
    texts: dict[Location, str] = field(default_factory=dict)

    def problem(
        self, at: Location, *, expected: str, found: str, action: str = "correct it in this file"
    ) -> Problem:
        """A problem at a place in the file (its nearest known parent where it has none)."""
        line, column = self._mark(at)
        place = _dotted(self._origin(at))
        return Problem(str(self.path), place, expected, found, action, line, column)

    def _mark(self, at: Location) -> tuple[int, int]:
        while at and at not in self.marks:
            at = at[:-1]
        return self.marks.get(at, (1, 1))

    def _origin(self, at: Location) -> Location:
        for depth in range(len(at), 0, -1):
            if at[:depth] in self.origins:
                return (*self.origins[at[:depth]], *at[depth:])
        return at

    def written(self, at: Location) -> str | None:
        """The number at a place as the file has it, `1e400` or `+7`; None where there is none."""
        return self.texts.get(self._origin(at)) if at in self.marks else None

    def known(self, location: Iterable[int | str], *, missing: bool = False) -> Location:
        """A pydantic location without the names of union members, which the file does not have.

        The last part of one that is `missing` is not in the file either, but it is what is missing:
        it is kept, and never taken for a key of the same name that stands elsewhere.
        """
        parts = [part for part in location if part != "[key]"]
        if missing:
            return (*self._longest((), parts[:-1]), *parts[-1:])
        return self._longest((), parts)

    def _longest(self, at: Location, parts: Sequence[int | str]) -> Location:
        """The longest place in the file that some of the parts name, in their order."""
        if not parts:
            return at
        here = (*at, parts[0])
        found = self._longest(here, parts[1:]) if here in self.marks else at
        return max(found, self._longest(at, parts[1:]), key=len)


def read_yaml(path: Path) -> YamlFile:
    """The file's content. Raises InputError: absent, too large, not UTF-8, not our YAML."""
    text = _read_text(path)
    try:
        _refuse_unsafe(path, text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _syntax_error(path, error) from None
    if node is None:
        raise input_error(path, expected="a mapping", found="an empty file", action="fill it in")
    file = YamlFile(path, None, {})
    return replace(file, data=_plain(file, node, ()))


def read_model(path: Path, model: type[Model]) -> tuple[Model, YamlFile]:
    """The file as a model. Raises InputError with every mistake in it, each at its line."""
    file = read_yaml(path)
    return model_of(file, model), file


def model_of(file: YamlFile, model: type[Model]) -> Model:
    """A file that was read, as a model. Raises InputError with every mistake, each at its line."""
    problems = list(unfit_texts(file))
    try:
        found = model.model_validate(file.data)
    except ValidationError as error:
        problems += model_problems(file, model, error)
    if problems:
        raise InputError(problems)
    return found


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise input_error(
                path,
                expected=f"at most {MAX_BYTES} bytes",
                found=f"{size} bytes",
                action="a file written by hand is small: check that it is the right one",
            )
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise input_error(
            path, expected="a file", found="none", action="write it, or correct the name"
        ) from None
    except OSError as error:
        raise input_error(
            path,
            expected="a readable file",
            found=error.strerror or "unreadable",
            action="put a file there that may be read",
        ) from None
    except UnicodeDecodeError as error:
        raise input_error(
            path,
            f"byte {error.start}",
            expected="UTF-8",
            found="another encoding",
            action="save the file as UTF-8",
        ) from None


def _refuse_unsafe(path: Path, text: str) -> None:
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        refused = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            refused = "an anchor or alias"
        elif tag := getattr(event, "tag", None):
            refused = f"the tag {tag}"
        elif depth > MAX_DEPTH:
            refused = f"more than {MAX_DEPTH} levels"
        elif documents > 1:
            refused = "a second document"
        if refused:
            mark = event.start_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise InputError(
                [
                    Problem(
                        str(path),
                        "",
                        "plain YAML, one document",
                        refused,
                        "write the values out",
                        line,
                        column,
                    )
                ]
            )


def _syntax_error(path: Path, error: yaml.YAMLError) -> InputError:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    found = str(getattr(error, "problem", None) or error).splitlines()[0]
    return InputError([Problem(str(path), "", "valid YAML", found, "mend it", line, column)])


def _plain(file: YamlFile, node: yaml.Node, at: Location) -> Any:
    """A part as plain data; where it stands, and how its numbers are written, goes into `file`."""
    file.marks.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.ScalarNode):
        value = _scalar(node)
        if isinstance(value, int | float) and not isinstance(value, bool):
            file.texts[at] = node.value
        return value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(file, item, (*at, i)) for i, item in enumerate(node.value)]
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key is None or key in data:
            found = "a key that is not a word" if key is None else f"`{key}` a second time"
            raise InputError(
                [
                    Problem(
                        str(file.path),
                        _dotted(at),
                        "each key once",
                        found,
                        "keep the one that is right",
                        line,
                        column,
                    )
                ]
            )
        file.marks[(*at, key)] = (line, column)
        data[key] = _plain(file, value_node, (*at, key))
    return data


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    # 0114 without quotes is a number in YAML, and a lost zero in a code: it stays text here.
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def is_plain_text(text: str) -> bool:
    """Whether a scalar without quotes that reads like this is text, no number or word of YAML."""
    return text not in _WORDS and not _INT.fullmatch(text) and not _FLOAT.fullmatch(text)


def unfit_texts(file: YamlFile) -> Iterator[Problem]:
    """The texts that no page can show, keys too: whatever else the file is, they are wrong."""
    waiting: list[tuple[Location, Any]] = [((), file.data)]
    for at, part in waiting:
        texts = [part] if isinstance(part, str) else []
        if isinstance(part, list):
            waiting.extend(((*at, index), item) for index, item in enumerate(part))
        elif isinstance(part, dict):
            waiting.extend(((*at, key), value) for key, value in part.items())
            texts = list(part)
        for text in texts:
            for each in unfit(text):
                place = at if isinstance(part, str) else (*at, text)
                yield file.problem(
                    place, expected=each.expected, found=each.found, action=each.action
                )


def _dotted(at: Location) -> str:
    out = ""
    for part in at:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


_WANTED: Final = {
    "string_too_short": "a text of at least 1 character",
    "string_type": "a text",
    "date_from_datetime_parsing": "a date, such as 2024-11-01",
    "model_type": "its parts in braces: {source: agreement, section: …}",
}
"""What is said of a blank, in other words than of a wrong value."""


def model_problems(
    file: YamlFile, model: type[BaseModel], error: ValidationError, *, again: bool = False
) -> list[Problem]:
    """What a model refuses, at its lines; `again` where parts were mended and lists are shorter."""
    names = _all_field_names(model)
    problems = []
    for item in error.errors(include_url=False):
        kind, given = item["type"], item["input"]
        at = file.known(item["loc"], missing=kind == "missing")
        if again and at[:1] != item["loc"][:1]:
            # A list that was mended has no mark of its own: it was told of already.
            continue
        if kind == "too_short" and (again or len(given) >= item["ctx"]["min_length"]):
            # The items are there, but none of them is right: that is said of each already.
            continue
        number = file.written(at)
        expected, found, action = item["msg"], number or _shown(given), "correct the value"
        if kind == "extra_forbidden":
            key = str(at[-1])
            close = difflib.get_close_matches(key, names, n=1)
            expected, found = "a key that the form has", f"the unknown key `{key}`"
            action = f"did you mean `{close[0]}`?" if close else "remove it"
            if key in names:
                action = "the form has it in another place: move it there, or remove it"
        elif kind == "missing":
            expected, found, action = f"the key `{at[-1]}`", "nothing", "add it"
        elif kind == "value_error":
            expected = expected.removeprefix("Value error, ")
        elif kind == "string_type" and number is not None:
            action = f'write it in quotes, with its zeros: "{number}"'
        if given in ("", None, [], ()) and kind not in ("missing", "extra_forbidden"):
            expected, action = _WANTED.get(kind, expected), BLANK
        problems.append(file.problem(at, expected=expected, found=found, action=action))
    return problems


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else f"`{value}`"
    return text if len(text) <= 80 else f"{text[:77]}…"


@lru_cache(maxsize=16)
def _all_field_names(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
