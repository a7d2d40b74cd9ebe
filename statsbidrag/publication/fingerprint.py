"""The fingerprint of a revision: one hash over everything that its bytes depend on.

Belongs here: which files and versions those are. Does not: a single document's fingerprint
(`statsbidrag.rendering.document`), or what is done with it (`statsbidrag.publication.folder`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from schemas.agreement import Agreement
from schemas.manifest import HashedFile
from statsbidrag.errors import InputError
from statsbidrag.files.raw_folder import Raw, described_by
from statsbidrag.population.corrections import read_corrections
from statsbidrag.population.demand import reference_dates, weight_tables
from statsbidrag.rendering.engine_versions import engine_versions

_SOURCES: Final = ("pipelines", "assets", "statsbidrag", "schemas")
_LIBRARIES: Final = ("numpy", "pandas", "pandera", "pydantic", "pyyaml")


@dataclass(frozen=True)
class Inputs:
    """What a revision is made from, and the fingerprint of it all."""

    files: tuple[HashedFile, ...]
    versions: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """The sha256 over the paths and hashes of the files, and the versions."""
        content = {
            "files": [[file.path, file.sha256] for file in self.files],
            "versions": self.versions,
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def inputs_of(raw: Raw, agreement_id: str, project: Path) -> Inputs:
    """Everything that an agreement's revision depends on. Raises InputError for a missing file."""
    files = [
        *_hashed(raw.root, "raw", raw_files(raw, agreement_id)),
        *_hashed(project, "", project_files(project)),
    ]
    return Inputs(tuple(files), versions())


def raw_content(raw: Raw, agreement_id: str) -> str:
    """The sha256 over an agreement's raw files: changes when their content does, and only then.

    What the program itself is does not count. Raises InputError for a missing file.
    """
    files = _hashed(raw.root, "raw", raw_files(raw, agreement_id))
    return content_hash(files)


def content_hash(files: Iterable[HashedFile]) -> str:
    """The sha256 over the raw ones among a revision's inputs, as `raw_content` computes it."""
    return _digest(f"{f.path}:{f.sha256}" for f in files if f.path.startswith("raw/"))


def raw_files(raw: Raw, agreement_id: str) -> list[Path]:
    """The raw files of an agreement and of the one that it compares with, each once.

    That the other one cannot be read is its own failure and does not stop this agreement.
    """
    agreements = _with_bases(raw, agreement_id)
    for other in {each.compares_with for each in agreements if each.compares_with}:
        with contextlib.suppress(InputError):
            agreements += _with_bases(raw, other)
    compared = {each.compares_with for each in agreements if each.compares_with}
    days = {day for each in agreements for day in reference_dates(each)}
    found = [raw.root / "register" / name for name in ("recipients.csv", "recipients.yaml")]
    for name in sorted({each.id for each in agreements} | compared):
        found.append(raw.agreement_path(name))
        found.extend(sorted((raw.root / "published").glob(f"{name}.*")))
    for table in sorted({table for each in agreements for table in weight_tables(each)}):
        found.extend(sorted((raw.root / "weights").glob(f"{table}.*")))
    found.extend(raw.plan_paths(agreement_id))
    found.extend(raw.outcome_paths(agreement_id))
    found.append(raw.decisions_path(agreement_id))
    extracts = set()
    for path, sidecar in raw.population_sidecars():
        if days.intersection(sidecar.reference_dates):
            extracts.add(sidecar.file)
            found.extend([path, described_by(path, sidecar)])
    found.extend(p.path for p in read_corrections(raw) if p.correction.file in extracts)
    found.extend([raw.region_changes(), raw.recipient_types()])
    found.extend((raw.root / "geography").glob("*"))
    return sorted({path for path in found if path.is_file()})


def _with_bases(raw: Raw, agreement_id: str) -> list[Agreement]:
    """An agreement, what it supplements, and so on; each once."""
    found: list[Agreement] = []
    name: str | None = agreement_id
    while name is not None and name not in [each.id for each in found]:
        found.append(raw.model(raw.agreement_path(name), Agreement))
        name = found[-1].supplements
    return found


def project_files(project: Path) -> list[Path]:
    """The project's own sources, templates, fonts and lock."""
    found = [project / "pyproject.toml", project / "requirements.lock"]
    for folder in _SOURCES:
        found.extend((project / folder).rglob("*.py"))
    found.extend(path for path in (project / "templates").rglob("*") if path.is_file())
    return sorted(path for path in found if path.is_file())


def code_version(project: Path) -> str:
    """The sha256 over the project's own sources: what computes, apart from what is computed on."""
    hashed = _hashed(project, "", project_files(project))
    return _digest(f"{file.path}:{file.sha256}" for file in hashed)


def versions() -> dict[str, str]:
    """The versions of Python and of every library that bytes depend on."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), **libraries, **engine_versions()}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _hashed(root: Path, prefix: str, paths: Sequence[Path]) -> list[HashedFile]:
    files = []
    for path in paths:
        content = path.read_bytes()
        name = "/".join(part for part in (prefix, path.relative_to(root).as_posix()) if part)
        digest = hashlib.sha256(content).hexdigest()
        files.append(HashedFile(path=name, sha256=digest, bytes=len(content)))
    return files
