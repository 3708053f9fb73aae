"""Responses of AWS's services, by their models.

A model says which members a response may have, and seldom which it always has: a member may be absent, and nothing about
its length or number is certain. A `gives` contract says more.
"""

from functools import cache

from asl.check.service_models import ListOf, MapOf, Ref, Service, Structure, java_name
from asl.check.shapes import Anything, Array, Boolean, Field, Number, Object, Shape, Text, union

MAX_LEVELS = 10  # of objects and arrays in each other; beyond them a value may be anything
# Bytes that a response is counted with: no model bounds it. A warning says so where it may be large.
COUNTED = 4_096
TEXT = Text(max_bytes=COUNTED, placeholder=True, unstated=True)
SINGLE: dict[str, Shape] = {
    "t": TEXT,
    "i": Number(integer=True, max_bytes=25, unstated=True),
    "f": Number(max_bytes=25, unstated=True),
    "b": Boolean(),
    "d": union(TEXT, Number(max_bytes=25, unstated=True)),
    "a": Anything(unstated=True),
    "x": TEXT,
}


@cache
def response_shape(model: Service, ref: Ref, always: frozenset[str] = frozenset(), level: int = 0) -> Shape:
    """Return the shape of what ref stands for in model; members in always are always there."""
    kind = model.kind(ref)
    if isinstance(kind, str):
        return SINGLE[kind]
    if level >= MAX_LEVELS:
        return SINGLE["a"]
    if isinstance(kind, ListOf):
        inner = response_shape(model, kind.item, level=level + 1)
        return Array((), inner, max_bytes=COUNTED, unstated=True)
    if isinstance(kind, MapOf):
        value = response_shape(model, kind.value, level=level + 1)
        return Object((), value, max_bytes=COUNTED, unstated=True)
    return _structure(model, kind, always, level)


def _structure(model: Service, kind: Structure, always: frozenset[str], level: int) -> Shape:
    fields: dict[str, Field] = {}
    for name, ref in kind.members.items():
        shape = response_shape(model, ref, level=level + 1)
        known = name in kind.required or name in always
        sure = java_name(name) == name  # otherwise the name may be written in two ways
        fields |= {spelt: Field(shape, known and sure) for spelt in (name, java_name(name))}
    return Object(tuple(sorted(fields.items())), max_bytes=COUNTED, unstated=True)
