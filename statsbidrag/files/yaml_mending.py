"""A YAML file with mistakes, read without them, so that all of them are told at once.

Belongs here: taking the parts that are wrong away, or putting something in their place, until the
rest can be read. Does not: reading a file as it is (`statsbidrag.files.yaml_reading`), or what
stands for a part (whoever reads the file).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic

from pydantic import ValidationError

from statsbidrag.errors import Problem
from statsbidrag.files.yaml_reading import (
    Location,
    Model,
    YamlFile,
    model_problems,
    unfit_texts,
)

GONE: Final = object()
"""Instead of a stand-in: the part can go, and what is left can still be read."""

_MOST_MENDINGS: Final = 40
"""A file with more mistakes than this is a form that nobody has filled in: what compares its parts
with each other waits until most of them are there."""

_OF_TOP_LEVEL: Final = 2


@dataclass(frozen=True)
class Lenient(Generic[Model]):
    """What can still be read of a file with mistakes, so that all of them are told at once.

    `model` and `file` lack the parts that are wrong, or have stand-ins for them, which have no mark
    (`model` is None if nothing can be read). `touched` are the top-level parts, and the items and
    names right below them, that were replaced or left out: what is there of them is not the whole.
    """

    model: Model | None
    file: YamlFile
    problems: list[Problem]
    touched: frozenset[Location]


def lenient_model_of(
    file: YamlFile, model: type[Model], stand_ins: Mapping[tuple[str, ...], Any]
) -> Lenient[Model]:
    """A file that was read, as a model without its mistakes, and the mistakes.

    `stand_ins` says what takes the place of a part that is wrong, by where it stands (`*` for any
    item or name; `GONE` where it can simply go). Where none fits, the outermost list item goes.
    """
    touched: set[Location] = set()
    unfit = list(unfit_texts(file))
    problems: list[Problem] = []
    for _ in range(_MOST_MENDINGS):
        try:
            found = model.model_validate(file.data)
        except ValidationError as error:
            told = {(problem.line, problem.column, problem.expected) for problem in problems}
            for problem in model_problems(file, model, error, again=bool(problems)):
                if (problem.line, problem.column, problem.expected) not in told:
                    problems.append(problem)
            if len(problems) > _MOST_MENDINGS:
                break
            first = error.errors(include_url=False)[0]
            unknown = first["type"] == "extra_forbidden"
            at = file.known(first["loc"], missing=first["type"] == "missing")
            mended = _without(file, at) if unknown else _mended(file, at, stand_ins)
            if mended is None:
                break
            file, here = mended
            if not unknown and len(here) <= _OF_TOP_LEVEL:
                touched.add(here)
        else:
            return Lenient(found, file, [*unfit, *problems], frozenset(touched))
    return Lenient(None, file, [*unfit, *problems], frozenset(touched))


_Mended = tuple[YamlFile, Location]


def _mended(
    file: YamlFile, at: Location, stand_ins: Mapping[tuple[str, ...], Any]
) -> _Mended | None:
    """The file with the smallest part that can be mended: what it is now, and where.

    None where the mistake sits outside any list and nothing can stand for it: then the rest cannot
    be understood.
    """
    for depth in range(len(at), 0, -1):
        here = at[:depth]
        fitting = [value for where, value in stand_ins.items() if _fits(where, here)]
        if not fitting:
            continue
        if fitting[0] is not GONE:
            return _with(file, here, fitting[0])
        # A list that would be left empty is another mistake: its own stand-in is next.
        if not isinstance(here[-1], int) or (*here[:-1], 1) in file.marks:
            return _without(file, here)
    item = next((at[: i + 1] for i, part in enumerate(at) if isinstance(part, int)), None)
    return None if item is None else _without(file, item)


def _fits(where: tuple[str, ...], at: Location) -> bool:
    return len(where) == len(at) and all(
        part in ("*", own) for part, own in zip(where, at, strict=True)
    )


def _without(file: YamlFile, at: Location) -> _Mended | None:
    """The file without one part."""
    data = copy.deepcopy(file.data)
    parent: Any = _parent(data, at)
    shift, mapping = isinstance(parent, list), isinstance(parent, dict)
    if not (shift or mapping):
        return None
    del parent[at[-1]]
    return _marked_anew(file, data, at, shift=shift), at


def _with(file: YamlFile, at: Location, value: Any) -> _Mended | None:
    """The file with one part replaced."""
    data = copy.deepcopy(file.data)
    parent: Any = _parent(data, at)
    holds = isinstance(parent, dict | list)
    if not holds:
        return None
    parent[at[-1]] = copy.deepcopy(value)
    return _marked_anew(file, data, at, shift=False), at


def _parent(data: Any, at: Location) -> Any:
    for part in at[:-1]:
        data = data[part]
    return data


def _marked_anew(file: YamlFile, data: Any, gone: Location, *, shift: bool) -> YamlFile:
    """The changed data, with the marks of what is as it was written.

    What is gone has no mark, nor has a list that lacks an item; the items after it keep theirs.
    """
    depth, last = len(gone), gone[-1]
    marks: dict[Location, tuple[int, int]] = {}
    origins: dict[Location, Location] = {}
    for at, mark in file.marks.items():
        if at[:depth] == gone or (shift and at == gone[:-1]):
            continue
        part = at[depth - 1] if len(at) >= depth and at[: depth - 1] == gone[:-1] else None
        moved = shift and isinstance(part, int) and isinstance(last, int) and part > last
        here = (*at[: depth - 1], part - 1, *at[depth:]) if moved else at  # type: ignore[operator]
        marks[here] = mark
        if (origin := file.origins.get(at, at)) != here:
            origins[here] = origin
    return replace(file, data=data, marks=marks, origins=origins)
