"""The functions of JSONata and of Step Functions that make or read arrays and objects: what each takes, and what it returns."""

from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.intrinsic_arrays import array_range
from asl.check.jsonata_errors import UndecidedExpressionError, is_certain, is_unstated
from asl.check.jsonata_operators import NUMBER, computed_text, require
from asl.check.jsonata_sequences import NO_VALUE, Sequence, either, mapped, values_of
from asl.check.jsonata_texts import check, is_there
from asl.check.shapes import Anything, Array, Field, Number, Object, Shape, Text, Unknown, members, union

RANGE_ARGUMENTS = 3  # the first, the last, and the step


def reordered(arguments: list[Field]) -> Field:
    """Return an array of the same items; what is no array becomes one."""
    if not arguments:
        return NO_VALUE
    values = values_of(arguments[0])
    array = Array((), values.shape, values.low, values.high, unstated=True)
    return Field(array if not isinstance(values.shape, Unknown) else values.shape, arguments[0].required)


def distinct(arguments: list[Field]) -> Field:
    """Return the items of an array, each once."""
    values = values_of(arguments[0]) if arguments else Sequence(union(), 0, 0)
    least = min(values.low, 1)
    several = Array((), values.shape, least, values.high, unstated=True)
    return Field(union(values.shape, several), arguments[0].required if arguments else False)


def append(arguments: list[Field]) -> Field:
    """Return the items of two arrays; where one is nothing, the other is returned as it is."""
    parts = [values_of(argument) for argument in arguments]
    highs = [part.high for part in parts]
    shape = union(*(part.shape for part in parts))
    array = Array((), shape, sum(part.low for part in parts), None if None in highs else sum(one or 0 for one in highs))
    alone = [argument.shape for argument in arguments if any(not other.required for other in arguments)]
    return Field(union(array, *alone), required=any(argument.required for argument in arguments))


def merge(arguments: list[Field]) -> Field:
    """Return the properties of several objects, those of later ones in place of earlier ones'."""
    if not arguments:
        return NO_VALUE
    shape = arguments[0].shape
    if isinstance(shape, Array) and shape.items is None and shape.low == len(shape.prefix):
        merged: Shape = Object()
        for one in shape.prefix:
            merged = union(*(_merged(left, right) for left in members(merged) for right in members(one)))
        return Field(merged, required=arguments[0].required)
    values = values_of(arguments[0])
    require(Object, values.shape, "objects for $merge")
    return Field(Object((), Anything(unstated=True), unstated=True), required=arguments[0].required)


def _merged(one: Shape, other: Shape) -> Shape:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return Unknown()
    for each in (one, other):
        require(Object, each, "objects for $merge")
    if not isinstance(one, Object) or not isinstance(other, Object):
        raise UndecidedExpressionError(describe(other), "objects for $merge", unstated=is_unstated(other))
    made = one
    for name, field in other.fields:
        before = one.get(name)
        kept = [before.shape] if before is not None and not field.required else []
        made = made.having(name, Field(union(field.shape, *kept), field.required or bool(before and before.required)))
    rests = [shape.rest for shape in (one, other) if shape.rest is not None]
    return Object(made.fields, union(*rests) if rests else None, unstated=one.unstated or other.unstated)


def keys(arguments: list[Field]) -> Field:
    """Return the names of an object's properties, as a sequence."""
    parts = [_names(member) for member in members(arguments[0].shape)] if arguments else []
    return either(parts, required=is_there(arguments))


def _names(member: Shape) -> Field:
    if isinstance(member, Object) and member.rest is None:
        lengths = [len(name) for name, _ in member.fields]
        least = sum(field.required for _, field in member.fields)
        return Sequence(computed_text(max(lengths, default=0)), least, len(lengths)).field
    return Field(Unknown())


def lookup(arguments: list[Field]) -> Field:
    """Return the property of an object by a name that is written out."""
    name = arguments[1].shape if len(arguments) > 1 else union()
    names = name.values if isinstance(name, Text) else None
    if names is None or len(names) != 1 or name != Text(len(next(iter(names))), len(next(iter(names))), values=names):
        raise UndecidedExpressionError("a name that is computed", "a name that is written out for $lookup")
    (key,) = names

    def get(one: Field) -> Field:
        if not isinstance(one.shape, Object):
            return Field(one.shape) if isinstance(one.shape, Unknown) else NO_VALUE
        return one.shape.get(key) or NO_VALUE

    return mapped(arguments[0], get)


def spread(arguments: list[Field]) -> Field:
    """Return an object as an array of objects of one property."""
    return Field(Unknown(), required=is_there(arguments))


def zipped(arguments: list[Field]) -> Field:
    """Return an array of the first items, the second items, and so on."""
    parts = [values_of(argument) for argument in arguments]
    row = Array(tuple(part.shape for part in parts), None, len(parts), len(parts))
    highs = [part.high for part in parts if part.high is not None]
    return Field(Array((), row, min((part.low for part in parts), default=0), min(highs, default=None)))


def partition(arguments: list[Field]) -> Field:
    """Return an array of arrays of the items, as Step Functions' $partition makes it."""
    check(arguments, (Array, Number))
    values = values_of(arguments[0]) if arguments else Sequence(union(), 0, 0)
    part = Array((), values.shape, 1, values.high)
    return Field(Array((), part, min(values.low, 1), values.high, unstated=True), required=is_there(arguments))


def range_of(arguments: list[Field]) -> Field:
    """Return the numbers of Step Functions' $range, which are 1,000 at most."""
    check(arguments, (Number, Number, Number))
    shapes = [argument.shape for argument in arguments]
    if len(shapes) != RANGE_ARGUMENTS or not all(map(is_certain, shapes)):
        return Field(Array((), NUMBER, 0, 1000, unstated=True), required=is_there(arguments))
    try:
        return Field(array_range(*shapes), required=is_there(arguments))
    except IntrinsicCallError as error:
        raise UndecidedExpressionError(error.what, error.required.replace("States.ArrayRange", "$range")) from error
