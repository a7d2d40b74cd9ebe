"""Putting population files into `raw/population/`: all of them whole, or none.

Belongs here: the sidecar as text, a free name, trying the files among those that are there, and
placing them. Does not: where they come from (`statsbidrag.intake.fetching`,
`statsbidrag.intake.adding`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from schemas.sidecar import PopulationSidecar
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.errors import InputError, Problem, ProgramError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.population.basis import MissingPopulationError

_UNFINISHED: Final = ".unfinished-fetch-"
_OF_A_CODE: Final = 12
_SHARED: Final = ("population/", "corrections/")


@dataclass(frozen=True)
class NewExtract:
    """A file for `raw/population/` that is good in itself: its bytes and its sidecar."""

    content: bytes
    sidecar: PopulationSidecar


def store(raw: Raw, agreement_ids: Sequence[str], news: Sequence[NewExtract]) -> tuple[Path, ...]:
    """The files put in their places with their sidecars, all or none; nothing is written over.

    That other files are still missing is no hindrance: they may come in any order. Raises
    InputError where one of the agreements could not be made with the new files among the old ones,
    ProgramError where the disk refuses.
    """
    if not news:
        return ()
    with _workshop(raw) as folder:
        rehearsal = _rehearsal(raw, folder)
        population = rehearsal.root / "population"
        for each in news:
            path = population / each.sidecar.file
            path.write_bytes(each.content)
            path.with_suffix(".yaml").write_bytes(sidecar_bytes(each.sidecar))
        for agreement_id in agreement_ids:
            _refuse_contradictions(raw, rehearsal, agreement_id)
        names = [each.sidecar.file for each in news]
        _put(population, raw.root / "population", names)
    return tuple(raw.root / "population" / name for name in names)


@contextlib.contextmanager
def _workshop(raw: Raw) -> Iterator[Path]:
    """A folder beside the raw files, gone afterwards. Raises ProgramError for a disk's trouble."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=raw.root.resolve()))
        yield folder
    except OSError as error:
        if error.errno == errno.EEXIST:
            raise ProgramError(
                f"{error.filename2 or error.filename} came while this was being fetched: somebody "
                "else is fetching too. Nothing of this is stored; fetch again."
            ) from error
        raise ProgramError(
            f"{raw.root / 'population'} cannot be written: {error.strerror or error}. "
            "Nothing is stored; make room, or get permission, and fetch again."
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _rehearsal(raw: Raw, folder: Path) -> Raw:
    """The raw files as they are, by links, so that new ones can be tried among them."""
    root, population = folder / "raw", folder / "raw" / "population"
    population.mkdir(parents=True)
    for path in raw.root.resolve().iterdir():
        if path.name != "population" and not path.name.startswith(_UNFINISHED):
            (root / path.name).symlink_to(path)
    for path in (raw.root / "population").resolve().iterdir():
        (population / path.name).symlink_to(path)
    return Raw(root)


def _refuse_contradictions(raw: Raw, rehearsal: Raw, agreement_id: str) -> None:
    """Raises InputError where the agreement could not be made with the new files as they are.

    What is wrong without them, or with anything but the population, is not their fault.
    """
    said = _problems(rehearsal, agreement_id)
    found = [elsewhere(problem, str(rehearsal.root), str(raw.root)) for problem in said]
    about = [each for each in found if any(folder in str(each) for folder in _SHARED)]
    already = set(_problems(raw, agreement_id)) if about else set()
    if new := [each for each in about if each not in already]:
        raise InputError(replace(each, action=f"nothing is stored: {each.action}") for each in new)


def _problems(raw: Raw, agreement_id: str) -> list[Problem]:
    try:
        dossier_of(raw, agreement_id)
    except MissingPopulationError:
        return []
    except InputError as error:
        return error.problems
    return []


def elsewhere(problem: Problem, old: str, new: str) -> Problem:
    """The same problem, told of another place."""
    return replace(
        problem,
        file=problem.file.replace(old, new),
        place=problem.place.replace(old, new),
        expected=problem.expected.replace(old, new),
        found=problem.found.replace(old, new),
        action=problem.action.replace(old, new),
    )


def _put(source: Path, target: Path, names: Sequence[str]) -> None:
    """Each file and its sidecar, in that order; never over another file, and all or none."""
    placed: list[Path] = []
    try:
        for name in names:
            for part in (name, Path(name).with_suffix(".yaml").name):
                # A link, unlike a renaming, fails where there is a file already.
                os.link(source / part, target / part)
                placed.append(target / part)
    except BaseException:
        for path in reversed(placed):
            path.unlink(missing_ok=True)
        raise


def sidecar_bytes(sidecar: PopulationSidecar) -> bytes:
    """A sidecar as a person would write it: what it is first, long lists last; empty parts gone."""
    data = sidecar.model_dump(by_alias=True, exclude_defaults=True)
    data |= {"format": 1, "reference_date": _dates(sidecar), "maturity": str(sidecar.maturity)}
    data["level"] = str(sidecar.level)
    if sidecar.ages is not None:
        data["ages"] = str(sidecar.ages)
    for key in ("notes", "mandatory_notes"):
        if key in data:
            data[key] = list(data[key])
    if sidecar.fetched is not None:
        query = {name: list(codes) for name, codes in sidecar.fetched.query.items()}
        data["fetched"] = {**data["fetched"], "query": query}
    order = ["format", *(name for name in data if name not in ("format", "fetched")), "fetched"]
    text = yaml.dump(
        {name: data[name] for name in order if name in data},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )
    return text.encode()


class _Dumper(yaml.SafeDumper):
    """Writes each code as the text that it is, `0980` and `0114` alike, and many on a line."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    digits = re.fullmatch(r"[0-9]+(?:e[0-9]+)?", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if digits else None)


def _on_a_line(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    codes = all(isinstance(item, str) and len(item) <= _OF_A_CODE for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=codes)


_Dumper.add_representer(str, _quoted)
_Dumper.add_representer(list, _on_a_line)


def _dates(sidecar: PopulationSidecar) -> Any:
    days = list(sidecar.reference_dates)
    return days[0] if len(days) == 1 else days


def free_stem(raw: Raw, sidecar: PopulationSidecar, coming: Sequence[str] = ()) -> str:
    """The name of the day, level and ages; else with the table's own date; else with a number.

    `coming` are names of files that are to be stored with it.
    """
    taken = {path.stem for path in (raw.root / "population").iterdir()}
    taken |= {Path(name).stem for name in coming}
    stem = Path(sidecar.file).stem
    if stem not in taken:
        return stem
    updated = sidecar.fetched.updated if sidecar.fetched else ""
    if dated := re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", updated):
        stem = f"{stem}_{dated[0]}"
    number, free = 1, stem
    while free in taken:
        number += 1
        free = f"{stem}-{number}"
    return free
