"""The functions of JSONata and of Step Functions that the checker knows: what each takes, and what it returns."""

from collections.abc import Callable

from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import max_characters
from asl.check.shapes import Anything, Array, Boolean, Field, Number, Shape, Text, Unknown, members, union
from asl.check.sizes import max_bytes


class ExpressionError(ValueError):
    """An expression fails, or may fail: what is provided, and what is required."""

    def __init__(self, provided: str, required: str) -> None:
        """Take what is provided, and what is required."""
        super().__init__(provided)
        self.provided = provided
        self.required = required


class UndecidedExpressionError(ExpressionError):
    """The checker does not know what an expression evaluates to."""


Function = Callable[[list[Field]], Field]
Kinds = type[Shape] | tuple[type[Shape], ...]


def require(kinds: Kinds, shape: Shape, required: str) -> None:
    """Raise ExpressionError unless each value of shape is of kinds, and UndecidedExpressionError where no contract says what it is."""
    for member in members(shape):
        if isinstance(member, Anything) and member.unstated:
            raise UndecidedExpressionError("a value of any type", required)
        if not isinstance(member, Unknown) and not isinstance(member, kinds):
            raise ExpressionError(describe(shape), required)


def _function(result: Shape, *takes: Kinds | None, always: bool = False) -> Function:
    """Return a function with the types of its arguments; of nothing it makes nothing, unless it always has a result."""

    def call(arguments: list[Field]) -> Field:
        for argument, kinds in zip(arguments, takes, strict=False):
            if kinds is not None:
                require(kinds, argument.shape, "an argument of the type that the function takes")
        return Field(result, required=always or all(argument.required for argument in arguments[:1]))

    return call


def _count(arguments: list[Field]) -> Field:
    """Return how many items there are: none of nothing, and one of what is no array."""
    argument = arguments[0] if arguments else Field(union(), required=False)
    arrays = [one for one in members(argument.shape) if isinstance(one, Array)]
    others = len(arrays) < len(members(argument.shape))
    lows = [one.low for one in arrays] + ([1] if others else []) + ([] if argument.required else [0])
    highs = [one.high for one in arrays] + [1]
    return Field(
        Number(
            integer=True, low=min(lows, default=0), high=None if None in highs else max(map(int, filter(None, highs)))
        )
    )


def _length(arguments: list[Field]) -> Field:
    for argument in arguments:
        require(Text, argument.shape, "a string for $length")
    return Field(
        Number(integer=True, low=0, high=_characters(arguments)), required=all(one.required for one in arguments)
    )


def _characters(arguments: list[Field]) -> int | None:
    return max_characters(arguments[0].shape) if arguments else 0


def _text(*takes: Kinds) -> Function:
    """Return a function whose result has no more characters than its first argument as text."""
    check = _function(Text(), *takes)

    def call(arguments: list[Field]) -> Field:
        return Field(Text(0, _characters(arguments)), required=check(arguments).required)

    return call


def _split(arguments: list[Field]) -> Field:
    required = _function(Text(), Text)(arguments).required
    most = _characters(arguments)
    size = max_bytes(arguments[0].shape) if arguments else 0
    bound = None if most is None or size is None else max(size, len('","') * most) + len('["",]')
    return Field(Array((), Text(0, most), 1, None if most is None else most + 1, bound), required=required)


NUMBER = Number(max_bytes=25)  # a double has no more characters
_NUMBER = _function(NUMBER, Number)
FUNCTIONS: dict[str, Function] = {
    "exists": _function(Boolean(), always=True),
    "not": _function(Boolean()),
    "boolean": _function(Boolean()),
    "string": _text(),
    "number": _function(NUMBER, (Number, Text, Boolean)),
    "type": _function(Text(0, 10)),
    "count": _count,
    "length": _length,
    "contains": _function(Boolean(), Text),
    "split": _split,
    **dict.fromkeys(("uppercase", "lowercase", "trim", "substring", "substringBefore", "substringAfter"), _text(Text)),
    **dict.fromkeys(("abs", "floor", "ceil", "round", "power", "sqrt"), _NUMBER),
    **dict.fromkeys(("replace", "pad", "join", "formatNumber", "base64encode", "base64decode"), _function(Text())),
    "hash": _function(Text(32, 128), Text),
    "now": _function(Text(20, 40), always=True),
    "millis": _function(Number(integer=True, low=0, high=2**53), always=True),
    "random": _function(Number(low=0, high=1), always=True),
    "uuid": _function(Text(36, 36), always=True),
    "parse": _function(Anything(unstated=True), Text),
}
