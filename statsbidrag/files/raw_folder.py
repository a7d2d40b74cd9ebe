"""The folder of raw files: what lies there, read once a look, and only as its sidecars say.

Belongs here: finding files, verifying size and hash against the sidecar, and which files an
agreement depends on. Does not: what a file's content means.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from schemas.common import Level
from schemas.geography import GeographySidecar
from schemas.sidecar import (
    PopulationSidecar,
    PublishedSidecar,
    RegisterSidecar,
    Sidecar,
    WeightsSidecar,
)
from statsbidrag.errors import InputError, input_error
from statsbidrag.files.yaml_reading import YamlFile, model_of, read_yaml

LARGEST: Final = 64 * 2**20
"""Bytes that a file from outside may have; all municipalities by age and sex take two million."""

Model = TypeVar("Model", bound=BaseModel)
SidecarModel = TypeVar("SidecarModel", bound=Sidecar)


@dataclass(frozen=True)
class Sealed(Generic[SidecarModel]):
    """A file from outside that is what its sidecar says it is. `name` is relative to `raw/`."""

    path: Path
    name: str
    sidecar: SidecarModel
    content: bytes


@dataclass(frozen=True)
class Raw:
    """One look at the folder `raw/`, or at another one of the same form.

    A YAML file is read once a look, by whoever asks first: all who ask see the same content.
    Whoever has changed a file, or waits for a change, looks anew: `Raw(root)`.
    """

    root: Path
    _yaml: dict[Path, YamlFile] = field(default_factory=dict, init=False, repr=False, compare=False)
    _models: dict[tuple[Path, type[BaseModel]], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def yaml(self, path: Path) -> YamlFile:
        """A YAML file of the folder. Raises InputError: absent, too large, not our YAML."""
        if path not in self._yaml:
            self._yaml[path] = read_yaml(path)
        return self._yaml[path]

    def model(self, path: Path, model: type[Model]) -> Model:
        """A YAML file as a model. Raises InputError with every mistake in it, each at its line."""
        known = (path, model)
        if known not in self._models:
            self._models[known] = model_of(self.yaml(path), model)
        found: Model = self._models[known]
        return found

    def agreement_path(self, agreement_id: str) -> Path:
        """Where an agreement's file is, or should be."""
        return self.root / "agreements" / f"{agreement_id}.yaml"

    def agreement_ids(self) -> list[str]:
        """The agreements that have a file, by name."""
        folder = self._folder("agreements")
        return sorted(path.stem for path in folder.glob("*.yaml"))

    def plan_paths(self, agreement_id: str) -> list[Path]:
        """The plans of one agreement's counties, by code. Raises InputError for other files."""
        expected = "a plan, called by its county's code: 23.yaml"
        return self._only_yaml(Path("plans", agreement_id), expected)

    def plan_path(self, agreement_id: str, county: str) -> Path:
        """Where a county's plan is, or should be."""
        return self.root / "plans" / agreement_id / f"{county}.yaml"

    def foreign_plans(self) -> list[InputError]:
        """Folders of plans that no agreement has, each as the error that it is."""
        return self._foreign_folders("plans")

    def _foreign_folders(self, name: str) -> list[InputError]:
        folder, known = self.root / name, self.agreement_ids()
        return [
            input_error(
                path,
                expected=f"a folder called by an agreement: {', '.join(known)}",
                found=f"`{path.name}`",
                action=f"rename it, or write {self.agreement_path(path.name)}",
            )
            for path in sorted(folder.glob("[!.]*"))
            if path.name not in known
        ]

    def outcome_path(self, agreement_id: str, recipients: str, code: str) -> Path:
        """Where a recipient's outcome is, or should be: `outcomes/<agreement>/lan-23.yaml`."""
        return self.root / "outcomes" / agreement_id / f"{recipients}-{code}.yaml"

    def outcome_paths(self, agreement_id: str) -> list[Path]:
        """The outcomes of one agreement, by name. Raises InputError for other files."""
        expected = "an outcome, called by its recipient: lan-23.yaml, kommun-2380.yaml"
        return self._only_yaml(Path("outcomes", agreement_id), expected)

    def foreign_outcomes(self) -> list[InputError]:
        """Folders of outcomes that no agreement has, each as the error that it is."""
        return self._foreign_folders("outcomes")

    def decisions_path(self, agreement_id: str) -> Path:
        """Where what was issued of an agreement's documents is written down, if anything was."""
        return self.root / "decisions" / f"{agreement_id}.yaml"

    def foreign_decisions(self) -> list[InputError]:
        """Files of decisions that no agreement has, each as the error that it is."""
        folder, known = self.root / "decisions", self.agreement_ids()
        named = {f"{agreement_id}.yaml" for agreement_id in known}
        return [
            input_error(
                path,
                expected=f"a file called by an agreement: {', '.join(sorted(named))}",
                found=f"`{path.name}`",
                action="rename it, or take it away",
            )
            for path in sorted(folder.glob("[!.]*"))
            if path.name not in named
        ]

    def register(self) -> Sealed[RegisterSidecar]:
        """The register of recipients."""
        return self._sealed(self.root / "register" / "recipients.yaml", RegisterSidecar)

    def published(self, agreement_id: str) -> Sealed[PublishedSidecar] | None:
        """What was published about an agreement, or None where nothing was."""
        data = self.root / "published" / f"{agreement_id}.csv"
        sidecar = data.with_suffix(".yaml")
        if not data.exists() and not sidecar.exists():
            return None
        return self._sealed(sidecar, PublishedSidecar)

    def region_changes(self) -> Path:
        """Where the changes of the division into counties and municipalities are, or should be."""
        return self.root / "register" / "changes.yaml"

    def recipient_types(self) -> Path:
        """Where the types of recipients stand in words, or should stand."""
        return self.root / "register" / "types.yaml"

    def correction_paths(self) -> list[Path]:
        """The files of corrections, by name. Raises InputError for other files among them."""
        return self._only_yaml(Path("corrections"), "a file of corrections, `.yaml`")

    def weights(self, table: str) -> Sealed[WeightsSidecar]:
        """A table of weights. Raises InputError naming the file to write where there is none."""
        return self._sealed(self.root / "weights" / f"{table}.yaml", WeightsSidecar)

    def geography(self, level: Level) -> Sealed[GeographySidecar] | None:
        """The outlines of one level, to draw maps from, or None where nobody has put them here."""
        sidecar = self.root / "geography" / f"{level}.yaml"
        if not sidecar.exists() and not sidecar.with_suffix(".json").exists():
            return None
        return self._sealed(sidecar, GeographySidecar)

    def population_sidecars(self) -> list[tuple[Path, PopulationSidecar]]:
        """Every population extract's sidecar. Raises InputError where a file has none."""
        folder = self._folder("population")
        sidecars = sorted(folder.glob("*.yaml"))
        for path in sorted(folder.iterdir()):
            if path.suffix != ".yaml" and path.with_suffix(".yaml") not in sidecars:
                raise input_error(
                    path,
                    expected=f"a sidecar {path.stem}.yaml beside it",
                    found="none",
                    action="write one that says what the file is, or take the file away",
                )
        found = [(path, self.model(path, PopulationSidecar)) for path in sidecars]
        _refuse_beside(folder, {described_by(path, sidecar).name for path, sidecar in found})
        return found

    def population(self, sidecar_path: Path) -> Sealed[PopulationSidecar]:
        """One population extract, verified."""
        return self._sealed(sidecar_path, PopulationSidecar)

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        if not folder.is_dir():
            raise input_error(
                folder,
                expected="a folder",
                found="none",
                action="--raw names the folder that holds agreements/, population/, register/",
            )
        return folder

    def _only_yaml(self, folder: Path, expected: str) -> list[Path]:
        """The files of a folder that holds nothing else, by name; none where there is no folder."""
        paths = sorted((self.root / folder).glob("[!.]*"))
        for path in paths:
            if path.suffix != ".yaml":
                raise input_error(
                    path,
                    expected=expected,
                    found=f"`{path.name}`",
                    action="rename it, or take it away",
                )
        return paths

    def _sealed(self, sidecar_path: Path, model: type[SidecarModel]) -> Sealed[SidecarModel]:
        sidecar = self.model(sidecar_path, model)
        path = described_by(sidecar_path, sidecar)
        content = _verified(path, sidecar)
        return Sealed(path, path.relative_to(self.root).as_posix(), sidecar, content)


def _refuse_beside(folder: Path, described: set[str]) -> None:
    """Two files may share a name but for the suffix: their sidecar speaks of one of them only."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".yaml" and path.name not in described:
            raise input_error(
                path,
                expected=f"the file that {path.stem}.yaml speaks of",
                found="another one",
                action="give it a sidecar of its own under another name, or take it away",
            )


def described_by(sidecar_path: Path, sidecar: Sidecar) -> Path:
    """The file that a sidecar speaks of. Raises InputError if it is not the one beside it."""
    name = sidecar.file
    beside = Path(name).name == name and Path(name).stem == sidecar_path.stem
    if not beside or not name.isprintable():
        raise input_error(
            sidecar_path,
            "file",
            expected=f"the name of the file beside it, {sidecar_path.stem}.…",
            found=f"`{name}`",
            action="a sidecar has the same name as its file",
        )
    return sidecar_path.with_name(name)


def _verified(path: Path, sidecar: Sidecar) -> bytes:
    action = "fetch the file again; if the change is meant, seal the sidecar anew"
    try:
        size = path.stat().st_size
        if size != sidecar.bytes:
            raise input_error(
                path, "size", expected=f"{sidecar.bytes} bytes", found=f"{size}", action=action
            )
        if size > LARGEST:
            raise input_error(
                path,
                "size",
                expected=f"at most {LARGEST // 2**20} MiB",
                found=f"{size // 2**20} MiB",
                action="fetch only the regions, ages and years that are needed",
            )
        content = path.read_bytes()
    except OSError as error:
        raise input_error(
            path,
            expected=f"the file that {path.stem}.yaml describes",
            found=error.strerror or "none",
            action="fetch it again, or take its sidecar away",
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != sidecar.sha256:
        raise input_error(path, "sha256", expected=sidecar.sha256, found=found, action=action)
    return content
