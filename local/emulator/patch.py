"""Patches of ministack where it differs from AWS: a part of its code is replaced, but only if it is the expected code."""

import importlib
import inspect
import linecache
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any, Protocol

PINNED = "1.5.33"


class UnexpectedSourceError(RuntimeError):
    """What a patch replaces is not there, or not as in the pinned ministack."""

    def __init__(self, place: str, file: str) -> None:
        """Name the place in ministack and the file of the patch."""
        super().__init__(
            f"{place} does not read as in ministack {PINNED}: install ministack=={PINNED}, or review the patch in {file}"
        )


class Patch(Protocol):
    """A replacement of a part of ministack."""

    def apply(self, file: str) -> None:
        """Replace the part; raises UnexpectedSourceError, which names file as the patch's."""


@dataclass(frozen=True)
class SourcePatch:
    """Replaces a text in the source of a function, a method or a string of ministack.

    helpers are functions that the replacement calls by their names.
    """

    module: str
    name: str
    found: str
    replacement: str
    helpers: tuple[Callable[..., object], ...] = ()

    def apply(self, file: str) -> None:
        """Replace the text, which must occur exactly once; raises UnexpectedSourceError."""
        module = importlib.import_module(self.module)
        *owners, name = self.name.split(".")
        owner = reduce(getattr, owners, module)
        value: object = getattr(owner, name, None)
        helpers = {helper.__name__: helper for helper in self.helpers}
        source, taken = _source(value), helpers.keys() & getattr(value, "__globals__", {}).keys()
        if source.count(self.found) != 1 or taken:
            raise UnexpectedSourceError(f"{self.module}.{self.name}", file)
        source = source.replace(self.found, self.replacement)
        made = _compile(value, source, helpers) if isinstance(value, FunctionType) else source
        if isinstance(value, FunctionType) and isinstance(made, FunctionType) and not value.__closure__:
            # In place: tables of functions, such as that of CloudFormation's resources, refer to the object.
            value.__code__ = made.__code__
        else:
            setattr(owner, name, made)


@dataclass(frozen=True)
class ValuePatch:
    """Replaces a variable of a module of ministack."""

    module: str
    name: str
    is_expected: Callable[[Any], bool]
    replacement: object

    def apply(self, file: str) -> None:
        """Replace the value, which must be as expected; raises UnexpectedSourceError."""
        module = importlib.import_module(self.module)
        if not hasattr(module, self.name) or not self.is_expected(getattr(module, self.name)):
            raise UnexpectedSourceError(f"{self.module}.{self.name}", file)
        setattr(module, self.name, self.replacement)


def find_patches(package: ModuleType) -> Iterator[tuple[str, Patch]]:
    """Yield each patch in PATCHES of the modules of a package, by their names, and the file that it is in."""
    for name in sorted(found.name for found in pkgutil.iter_modules(package.__path__) if not found.ispkg):
        module = importlib.import_module(f"{package.__name__}.{name}")
        for patch in module.PATCHES:
            yield f"{module.__name__.replace('.', '/')}.py", patch


def apply_patches(package: ModuleType) -> None:
    """Apply all patches of a package to ministack; raises UnexpectedSourceError."""
    for file, patch in find_patches(package):
        patch.apply(file)


def _source(value: object) -> str:
    """Return a string, or the source of a function; nothing of anything else."""
    if isinstance(value, FunctionType):
        return dedent(inspect.getsource(value))
    return value if isinstance(value, str) else ""


def _compile(original: FunctionType, source: str, helpers: dict[str, Callable[..., object]]) -> Callable[..., object]:
    """Return the function that source defines, with the globals of the original, to which helpers are added."""
    original.__globals__.update(helpers)
    names: dict[str, Callable[..., object]] = {}
    file = f"<patched {original.__module__}.{original.__qualname__}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for the next patch to read
    code = compile(source, file, "exec")
    exec(code, original.__globals__, names)  # noqa: S102 - the source is ministack's and ours
    return names[original.__name__]
