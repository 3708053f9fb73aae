"""Requests to AWS's services: where Parameters may not be what an operation takes, by the service's model.

Certain is what Step Functions or the service refuses: a required member that lacks, a value of another type, a name without its
capital or one that looks like a misspelt one. A name that the model does not have is undecided, since it may be newer.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from asl.check.budget import spend
from asl.check.compare import Mismatch
from asl.check.descriptions import describe
from asl.check.service_models import Kind, ListOf, MapOf, Ref, Service, Structure, capital, java_name
from asl.check.shapes import (
    Anything,
    Array,
    Boolean,
    Field,
    Null,
    Number,
    Object,
    Shape,
    Text,
    Unknown,
    constant,
    members,
)
from asl.documents import parse_json

ALIKE = 0.8  # from which a name is taken for a misspelt one
MAX_LEVELS = 16
MAX_SHOWN = 20  # names in a message
NAMES = {"t": "a string", "i": "an integer", "f": "a number", "b": "a truth value", "d": "a timestamp"}
ACCEPTED: dict[str, tuple[type[Shape], ...]] = {
    "t": (Text,),
    "i": (Number,),
    "f": (Number,),
    "b": (Boolean,),
    "d": (Text, Number),
}
# What Step Functions may convert, though no page of its documentation says so: JSON to a string, a string to another type.
UNSURE: dict[str, tuple[type[Shape], ...]] = {"t": (Object, Array), "b": (Text,), "i": (Text,), "f": (Text,)}


@dataclass(frozen=True)
class Request:
    """The comparison with a service's model; members in takes_json are taken as JSON of any type, those in needs are required."""

    model: Service
    takes_json: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()

    def mismatches(self, provided: Shape, ref: Ref, path: str = "", level: int = 0) -> Iterator[Mismatch]:
        """Yield where provided may not be what the shape ref of the model takes."""
        kind = self.model.kind(ref)
        if kind in ("a", "x") or level > MAX_LEVELS:
            return
        for member in members(provided):
            spend()
            if not isinstance(member, Unknown):
                yield from self._member(member, kind, path, level)

    def _member(self, provided: Shape, kind: Kind, path: str, level: int) -> Iterator[Mismatch]:
        if isinstance(provided, Null | Anything):
            unstated = isinstance(provided, Anything) and provided.unstated
            decided = isinstance(provided, Anything) and not unstated
            yield Mismatch(path, describe(provided), _name(kind), decided=decided, unstated=unstated)
        elif isinstance(kind, str):
            yield from _single(provided, kind, path)
        elif isinstance(kind, ListOf):
            yield from self._list(provided, kind, path, level)
        elif not isinstance(provided, Object):
            yield Mismatch(path, describe(provided), _name(kind))
        elif isinstance(kind, MapOf):
            inner = [(f"{path}.{name}", field.shape) for name, field in provided.fields]
            inner += [(f"{path}.*", provided.rest)] if provided.rest is not None else []
            for at, shape in inner:
                yield from self.mismatches(shape, kind.value, at, level + 1)
        else:
            yield from self._structure(provided, kind, path, level)

    def _list(self, provided: Shape, kind: ListOf, path: str, level: int) -> Iterator[Mismatch]:
        if not isinstance(provided, Array):
            yield Mismatch(path, describe(provided), _name(kind))
            return
        for number, item in enumerate(provided.prefix):
            yield from self.mismatches(item, kind.item, f"{path}[{number}]", level + 1)
        if provided.items is not None:
            yield from self.mismatches(provided.items, kind.item, f"{path}[*]", level + 1)

    def _structure(self, provided: Object, kind: Structure, path: str, level: int) -> Iterator[Mismatch]:
        found: dict[str, Field] = {}
        for name, field in provided.fields:
            known = _member_called(name, kind)
            if name not in (known, java_name(known or "")):
                yield _unknown(name, known, kind, path)
            if known is not None:
                found[known] = field
            if known in self.takes_json and known in self.needs:
                yield from _json_object(field.shape, f"{path}.{name}")
            if known is not None and known not in self.takes_json:
                yield from self.mismatches(field.shape, kind.members[known], f"{path}.{name}", level + 1)
        if provided.rest is not None:
            yield Mismatch(f"{path}.*", "an object that may have other members", _known(kind), decided=False)
        for name in sorted(kind.required | (self.needs & set(kind.members))):
            yield from self._missing(name, found.get(name) or _further(provided, name), kind, path)

    def _missing(self, name: str, field: Field | None, kind: Structure, path: str) -> Iterator[Mismatch]:
        member = self.model.kind(kind.members[name])
        wanted = "a value" if member in ("a", "x") else _name(member)
        if field is None:
            yield Mismatch(f"{path}.{name}", "nothing", wanted)
        elif not field.required:
            unstated = isinstance(field.shape, Anything) and field.shape.unstated
            yield Mismatch(f"{path}.{name}", f"{describe(field.shape)}, not always there", wanted, decided=not unstated)


def _further(provided: Object, name: str) -> Field | None:
    """Return the property called name, if it may be one that provided does not name."""
    return provided.get(name) if provided.rest is not None else None


def _member_called(name: str, kind: Structure) -> str | None:
    """Return the member that name stands for, whatever its capitals are."""
    if name in kind.members:
        return name
    return next((known for known in kind.members if known.lower() == name.lower()), None)


def _json_object(provided: Shape, path: str) -> Iterator[Mismatch]:
    """Yield where a value is neither an object nor a string of one: EventBridge refuses it as malformed."""
    for one in members(provided):
        text = one if isinstance(one, Text) else None
        if isinstance(one, Object | Unknown | Anything) or (text and (text.placeholder or text.unstated)):
            continue
        contents = (
            [text.content] if text and text.values is None else map(_parsed, text.values or ()) if text else [None]
        )
        if not all(isinstance(content, Object) for content in contents):
            yield Mismatch(path, describe(one), "an object, or a string that is the JSON of one")


def _parsed(text: str) -> Shape | None:
    try:
        return constant(parse_json(text))
    except ValueError:
        return None


def _name(kind: Kind) -> str:
    return NAMES[kind] if isinstance(kind, str) else "an array" if isinstance(kind, ListOf) else "an object"


def _single(provided: Shape, kind: str, path: str) -> Iterator[Mismatch]:
    is_open = isinstance(provided, Text) and provided.placeholder
    if not isinstance(provided, ACCEPTED[kind]) and not is_open:
        unsure = isinstance(provided, UNSURE.get(kind, ()))
        yield Mismatch(path, describe(provided), _name(kind), decided=not unsure)


def _known(kind: Structure) -> str:
    if not kind.members:
        return "an object without members"
    names = sorted(kind.members)
    return f"a member of the request: {', '.join(names[:MAX_SHOWN])}{' ...' if len(names) > MAX_SHOWN else ''}"


def _unknown(name: str, known: str | None, kind: Structure, path: str) -> Mismatch:
    """Return what is wrong with a name; of one with capitals in a row it is not certain how Step Functions writes it."""
    like = [known] if known else difflib.get_close_matches(name, kind.members, n=1, cutoff=ALIKE)
    if not like:
        return Mismatch(f"{path}.{name}", f"the member `{name}`", _known(kind), decided=False)
    sure = known is None or name != capital(name) or java_name(known) == known
    return Mismatch(
        f"{path}.{name}", f"the member `{name}`", f"a member of the request, such as `{like[0]}`", decided=sure
    )
