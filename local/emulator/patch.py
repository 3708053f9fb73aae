"""How ministack is put right where it departs from AWS: a text of its source replaced, and none other than expected."""

import importlib
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from textwrap import dedent
from types import FunctionType

PINNED = "1.5.33"


class UnexpectedSourceError(RuntimeError):
    """A text to be replaced does not occur exactly once where it stands in the pinned ministack."""

    def __init__(self, where: str) -> None:
        """Say where, and what to do about it."""
        super().__init__(
            f"{where} does not read as in ministack {PINNED}: install ministack=={PINNED}, "
            "or review the repairs in local/emulator/server.py and local/emulator/enforcement.py",
        )


@dataclass(frozen=True)
class Repair:
    """Names a function, method or string of ministack, the text found in it, and what AWS's behaviour asks for."""

    module: str
    name: str
    found: str
    instead: str

    def apply(self) -> None:
        """Put the rewritten function or string where ministack looks it up; raises UnexpectedSourceError."""
        module = importlib.import_module(self.module)
        *owners, name = self.name.split(".")
        owner = reduce(getattr, owners, module)
        value: object = getattr(owner, name, None)
        text = self._rewrite(_source(value))
        setattr(owner, name, _function(value, text) if isinstance(value, FunctionType) else text)

    def _rewrite(self, source: str) -> str:
        if source.count(self.found) != 1:
            where = f"{self.module}.{self.name}"
            raise UnexpectedSourceError(where)
        return source.replace(self.found, self.instead)


def _source(value: object) -> str:
    """Give the text of a string or of a function, and none of anything else."""
    if isinstance(value, FunctionType):
        return dedent(inspect.getsource(value))
    return value if isinstance(value, str) else ""


def _function(original: FunctionType, source: str) -> Callable[..., object]:
    """Give the function that `source` defines among the names that `original` knows, wherever that was looked up."""
    names: dict[str, Callable[..., object]] = {}
    file = f"<repaired {original.__module__}.{original.__qualname__}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for the next repair to read
    code = compile(source, file, "exec")
    exec(code, original.__globals__, names)  # noqa: S102 - ministack's and ours
    return names[original.__name__]
