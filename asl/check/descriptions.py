"""Descriptions of shapes for messages."""

from asl.check.shapes import Array, Boolean, Null, Number, Object, Shape, Text, Union


def describe(shape: Shape) -> str:  # noqa: C901, PLR0911 - one case a kind
    """Return a short description of shape for messages."""
    match shape:
        case Text(values=frozenset() as values):
            return " or ".join(f'"{value}"' for value in sorted(values))
        case Text(content=Shape() as content):
            return f"a string holding JSON of {describe(content)}"
        case Text():
            return f"a string{_of_length(shape.low, shape.high, 'characters')}{_matching(shape)}"
        case Number(values=frozenset() as few):
            return " or ".join(map(_digits, sorted(few)))
        case Number():
            return f"{'an integer' if shape.integer else 'a number'}{_between(shape)}"
        case Boolean():
            return "a truth value" if len(shape.values) > 1 else str(set(shape.values).pop()).lower()
        case Null():
            return "null"
        case Array():
            return f"an array{_of_length(shape.low, shape.high, 'items')}"
        case Object():
            names = [name for name, _ in shape.fields]
            return f"an object of {', '.join(names)}" if names else "an object"
        case Union(members=()):
            return "nothing"
        case Union():
            return " or ".join(describe(member) for member in shape.members)
    return "any value"


def _of_length(low: int, high: int | None, unit: str) -> str:
    if high is None:
        return f" of at least {low} {unit}" if low else f" of any number of {unit}"
    return f" of {low} to {high} {unit}" if low != high else f" of {low} {unit}"


def _matching(text: Text) -> str:
    patterns = f" matching {' and '.join(sorted(text.patterns))}" if text.patterns else ""
    return patterns + (f" other than {', '.join(sorted(text.excluded))}" if text.excluded else "")


def _between(number: Number) -> str:
    low = "" if number.low is None else f" from {_digits(number.low)}"
    return low + ("" if number.high is None else f" to {_digits(number.high)}")


def _digits(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
