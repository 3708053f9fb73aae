"""Functions of one's own in JSONata, and the functions that take them: $map, $filter, $reduce, $sort, $each, $sift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asl.check.joins import joined
from asl.check.jsonata_errors import UndecidedExpressionError
from asl.check.jsonata_narrowing import answers, is_understood, narrowed
from asl.check.jsonata_operators import NUMBER, computed_text
from asl.check.jsonata_sequences import NO_VALUE, Sequence, count, has_several, values_of
from asl.check.jsonata_sources import ANYTHING
from asl.check.shapes import Array, Field, Number, Object, Shape, Text, Unknown, members, union

if TYPE_CHECKING:
    from asl.check.jsonata import Expression

Function = Callable[[list[Field]], Field]
INDEX = Field(Number(integer=True, low=0, high=2**31 - 1))
ROUNDS = 4  # of $reduce, after which a value that still changes is any of its type


@dataclass(frozen=True, eq=False)
class Closure(Shape):
    """A function of one's own, with the variables where it is written."""

    node: Any
    where: Expression

    def bound(self, arguments: list[Field]) -> Expression:
        """Return the evaluation of the body, with the arguments as variables; those that lack are nothing."""
        scope = self.where.scope
        for number, parameter in enumerate(self.node.arguments):
            value = arguments[number] if number < len(arguments) else NO_VALUE
            scope = scope.having(str(parameter.value), value) if isinstance(scope, Object) else scope
        sources = {**self.where.sources, **{str(one.value): ANYTHING for one in self.node.arguments}}
        return replace(self.where, scope=scope, level=self.where.level + 1, sources=sources)

    def call(self, arguments: list[Field]) -> Field:
        """Return what the function returns for arguments."""
        return self.bound(arguments).value(self.node.body)


def _values(expression: Expression, first: list[Field], given: list[Any], count: int) -> tuple[Field, list[Any]]:
    """Return the value that a function works on, and the nodes of its other arguments."""
    if not first and not given:
        raise UndecidedExpressionError("a call without arguments", "an array and a function")
    value, others = (first[0], given) if first else (expression.value(given[0]), given[1:])
    if len(others) < count:
        raise UndecidedExpressionError("a call with too few arguments", "an array and a function")
    return value, others


def _map(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, (function, *_) = _values(expression, first, given, 1)
    values = values_of(value)
    if values.high == 0:
        return NO_VALUE
    each = expression.callable(function)([Field(values.shape), INDEX, value])
    if isinstance(values.shape, Unknown) or isinstance(each.shape, Unknown):
        return Field(Unknown())
    return Sequence(each.shape, values.low if each.required else 0, values.high).field


def _filter(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, (function, *_) = _values(expression, first, given, 1)
    values = values_of(value)
    if values.high == 0:
        return NO_VALUE
    arguments = [Field(values.shape), INDEX, value]
    expression.callable(function)(arguments)
    if isinstance(values.shape, Unknown):
        return Field(Unknown())
    if function.type != "lambda" or not function.arguments:
        expression.unstated.append("a function")
        return Sequence(values.shape, 0, values.high).field
    return _kept(Closure(function, expression), value, arguments)


def _kept(function: Closure, value: Field, arguments: list[Field]) -> Field:
    """Return the items of value for which a function that is written out may be true."""

    def bound(one: Shape) -> Expression:
        return function.bound([Field(one), *arguments[1:]])

    inner, body = bound(arguments[0].shape), function.node.body
    left = narrowed(inner.scope, body, holds=True)
    kept = inner.property_of(Field(left), str(function.node.arguments[0].value)).shape
    if not members(kept):
        return NO_VALUE
    least, most = count(value, lambda one: answers(bound(one).scope, body))
    if not least and (has_several(value.shape) or not is_understood(inner.scope, body)):
        inner.unstated.append("a condition")
    return Sequence(kept, least, most).field


def _reduce(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, (function, *start) = _values(expression, first, given, 1)
    values = values_of(value)
    begun = expression.value(start[0]) if start else None
    so_far = begun.shape if begun else values.shape
    if isinstance(values.shape, Unknown):
        return Field(Unknown())
    call = expression.callable(function)
    for number in range(ROUNDS):
        wide = so_far if number < ROUNDS - 1 else union(*map(_widened, members(so_far)))
        after = joined((wide, call([Field(wide), Field(values.shape), INDEX, value]).shape))
        if after == wide:
            break
        so_far = after
    else:
        so_far = union(*map(_widened, members(so_far)))
    return Field(so_far, required=value.required and (begun.required if begun else values.low > 0))


def _widened(member: Shape) -> Shape:
    if isinstance(member, Number):
        return NUMBER
    if isinstance(member, Text):
        return computed_text(None)
    raise UndecidedExpressionError("a value that $reduce changes in each round", "a number or a string")


def _sort(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, others = _values(expression, first, given, 0)
    values = values_of(value)
    if others:
        expression.callable(others[0])([Field(values.shape), Field(values.shape)])
    if isinstance(values.shape, Unknown):
        return Field(Unknown())
    return Field(Array((), values.shape, values.low, values.high, unstated=True), required=value.required)


def _each(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, (function, *_) = _values(expression, first, given, 1)
    parts, low = [], 0
    for member in members(value.shape):
        if not isinstance(member, Object) or member.rest is not None:
            return Field(Unknown(), required=value.required)
        for name, field in member.fields:
            one = expression.callable(function)([Field(field.shape), Field(Text(len(name), len(name)))])
            parts.append(one.shape)
            low += field.required and one.required
    return Sequence(union(*parts), low if value.required else 0, len(parts)).field


def _sift(expression: Expression, first: list[Field], given: list[Any]) -> Field:
    value, (function, *_) = _values(expression, first, given, 1)
    left = []
    for member in members(value.shape):
        if not isinstance(member, Object) or member.rest is not None:
            return Field(Unknown(), required=value.required)
        for name, field in member.fields:
            expression.callable(function)([Field(field.shape), Field(Text(len(name), len(name)))])
        optional = tuple((name, replace(field, required=False)) for name, field in member.fields)
        left.append(Object(optional, unstated=True))
    return Field(union(*left), required=False)


HIGHER: dict[str, Callable[[Expression, list[Field], list[Any]], Field]] = {
    "map": _map,
    "filter": _filter,
    "reduce": _reduce,
    "sort": _sort,
    "each": _each,
    "sift": _sift,
}
