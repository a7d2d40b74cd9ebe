"""What one test computed of the same content, handed to the others: computed once per process.

Belongs here: the memory, and which functions of the core have one while tests run. Does not: what
they compute, or any expectation.

What a test changes it sees changed: the memory goes by all that a function is given, content and
not place. Each caller gets objects of its own. A function that a test calls itself is never looked
up: only calls from within the program are.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from statsbidrag.files.project import PROJECT

MOST = 400
"""So many results are kept, the last ones."""

LARGEST = 2**20
"""Bytes of a file that it is worth while to remember the reading of."""


@dataclass(frozen=True)
class Shared:
    """How a call is told from another one.

    `place` is the folder that the paths in it may begin with, wherever that lies. `content` is what
    else the result depends on, None where this call is better made anew. `result` gives what a call
    that went well would: where it only proves what it is given. `frozen`: a list
    of what nobody changes.
    """

    place: Callable[..., Path | None] = lambda *_: None
    content: Callable[..., object | None] = lambda *_: ""
    result: Callable[..., Any] | None = None
    frozen: bool = False


def _of_file(file: Any, *_: Any) -> Path:
    """The folder `raw/` that a sealed file lies in."""
    root: Path = file.path.parents[len(Path(file.name).parts) - 1]
    return root


def _of_inputs(inputs: Any) -> Path:
    root: Path = inputs.population.folder.parent
    return root


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError:
        return None


def _handbook(project: Path) -> object:
    return [(str(path), path.read_bytes()) for path in sorted(project.glob("docs/**/*.md"))]


def _program(root: Path, *_: object) -> object | None:
    """The program that runs does not change; a copy of it that a test has made may."""
    return "" if root == PROJECT else None


SHARED = {
    "schemas.tables:checked": Shared(result=lambda table, frame: pd.DataFrame(frame)),
    "statsbidrag.files.yaml_reading:read_yaml": Shared(lambda path: path.parent, _bytes),
    "statsbidrag.register.recipients:register_of": Shared(_of_file),
    "statsbidrag.population.reading:read_extract": Shared(_of_file),
    "statsbidrag.dossier.gathering:computed": Shared(_of_inputs),
    "statsbidrag.allocation.amounts:allocate": Shared(),
    "statsbidrag.allocation.derivation:derive_all": Shared(),
    "statsbidrag.workbooks.calculating.allocation_workbook:allocation_workbook": Shared(),
    "statsbidrag.publication.fingerprint:project_files": Shared(content=_program, frozen=True),
    "statsbidrag.publication.fingerprint:_hashed": Shared(content=_program, frozen=True),
    "statsbidrag.site.handbook:handbook_files": Shared(content=_handbook),
}
"""What depends on nothing but what it is given, and the content of the files named there."""


@contextmanager
def computed_once() -> Iterator[None]:
    """While this lasts, the program computes each of these once."""
    with ExitStack() as stack:
        for name, how in SHARED.items():
            module, _, function = name.partition(":")
            real = getattr(importlib.import_module(module), function)
            _everywhere(stack, real, _remembered(real, how))
        yield


@contextmanager
def computed_anew() -> Iterator[None]:
    """While this lasts, all is computed: for a test that changes how."""
    with mock.patch.object(_Memory, "asleep", True):
        yield


def _everywhere(stack: ExitStack, real: object, other: object) -> None:
    """Puts a function in another's place wherever the program has it by name."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("statsbidrag", "assets", "pipelines"):
            for known, value in list(vars(module).items()):
                if value is real:
                    stack.enter_context(mock.patch.object(module, known, other))


class _Memory:
    """Results by all that they depend on."""

    asleep = False

    def __init__(self) -> None:
        self.known: OrderedDict[bytes, bytes] = OrderedDict()


def _remembered(real: Callable[..., Any], how: Shared) -> Callable[..., Any]:
    memory, same = _Memory(), dict[tuple[Any, ...], list[Any]]()

    @wraps(real)
    def call(*args: Any, **options: Any) -> Any:
        content = None if _Memory.asleep else how.content(*args)
        if content is None:
            return real(*args, **options)
        if how.frozen:
            asked = tuple(tuple(each) if isinstance(each, list) else each for each in args)
            if asked not in same:
                same[asked] = real(*args, **options)
            return list(same[asked])
        root = how.place(*args)
        key = hashlib.sha256(_packed((content, args, options), root)).digest()
        if key not in memory.known:
            # An error is no result: it is raised anew each time.
            result = real(*args, **options)
            memory.known[key] = b"" if how.result is not None else _packed(result, root)
            if len(memory.known) > MOST:
                memory.known.popitem(last=False)
        if how.result is not None:
            return how.result(*args, **options)
        return _unpacked(memory.known[key], root)

    return call


# --- Packing, wherever the folder lies --------------------------------------------------------


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, root: Path | None) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._root = root

    def reducer_override(self, thing: Any) -> Any:
        root = self._root
        if root is None or not isinstance(thing, Path) or not thing.is_relative_to(root):
            return NotImplemented
        return _Below, (thing.relative_to(root).as_posix(),)


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, root: Path | None) -> None:
        super().__init__(file)
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name)
        return found if found is not _Below else (self._root or Path()).joinpath


class _Below:
    """Stands for a path below the folder, wherever that is."""


def _packed(thing: Any, root: Path | None) -> bytes:
    if root is None:
        return pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL)
    file = io.BytesIO()
    _Packer(file, root).dump(thing)
    return file.getvalue()


def _unpacked(content: bytes, root: Path | None) -> Any:
    return _Unpacker(io.BytesIO(content), root).load()
