"""Predicates and indices in brackets: what they leave of a sequence in JSONata, and whether that may be nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asl.check.jsonata_errors import UndecidedExpressionError
from asl.check.jsonata_narrowing import CURRENT, answers, is_understood
from asl.check.jsonata_sequences import (
    NO_VALUE,
    count,
    either,
    has_several,
    indexed,
    item,
    mapped,
    some,
    values_of,
)
from asl.check.jsonata_sources import reads_current
from asl.check.shapes import NOTHING, Array, Field, Number, Unknown, members

if TYPE_CHECKING:
    from asl.check.jsonata import Expression


def filtered(expression: Expression, found: Field, stage: Any) -> Field:
    """Return what of found a predicate or an index in brackets leaves."""
    if stage.type not in ("filter", "index"):
        raise UndecidedExpressionError(f"`{stage.type}` in a path", "a path of names and predicates")
    index = _written_index(stage.expr)
    if index is not None:
        return either([item(member, index) for member in members(found.shape)], required=found.required)
    if not members(found.shape):
        return found
    inner = expression.at(Field(values_of(found).shape))
    asked = inner.value(stage.expr)
    selected = None if reads_current(stage.expr) else indexed(found, asked)
    return selected if selected is not None and selected.required else _left(inner, found, asked, stage.expr)


def _left(inner: Expression, found: Field, asked: Field, predicate: Any) -> Field:
    """Return what a predicate leaves of found, where `$` of inner is any of its items."""
    left = inner.property_of(Field(inner.narrowed(predicate, holds=True)), CURRENT)
    if left.shape == NOTHING:
        return NO_VALUE
    may_be_index = any(isinstance(one, Array | Number | Unknown) for one in members(asked.shape))
    least, most = (
        (0, None) if may_be_index else count(found, lambda one: answers(inner.at(Field(one)).scope, predicate))
    )
    if not least:
        inner.unstated.extend(_doubts(inner, found, asked, predicate))
    kept = mapped(found, lambda _: Field(left.shape))
    return replace(kept, shape=some(kept.shape, least, most), required=bool(least) or isinstance(found.shape, Unknown))


def _doubts(inner: Expression, found: Field, asked: Field, predicate: Any) -> list[str]:
    """Return why it is not certain that a predicate may leave nothing."""
    if any(isinstance(one, Array) or (isinstance(one, Number) and one.unstated) for one in members(asked.shape)):
        return ["an index that is computed"]
    return ["a predicate"] if has_several(found.shape) or not is_understood(inner.scope, predicate) else []


def _written_index(node: Any) -> int | None:
    """Return the number that node is, also a negative one."""
    if node.type == "number":
        return int(node.value)
    if node.type == "unary" and node.value == "-" and node.expression.type == "number":
        return -int(node.expression.value)
    return None
