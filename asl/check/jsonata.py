"""JSONata expressions: the shape of what an expression evaluates to, and whether it may evaluate to nothing.

Step Functions fails with States.QueryEvaluationError where an expression evaluates to nothing. What this module does not know
is undecided, by construct.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from asl.check.budget import spend
from asl.check.descriptions import describe
from asl.check.gathering import gathered
from asl.check.intrinsic_arguments import max_characters
from asl.check.jsonata_functions import FUNCTIONS, NUMBER, ExpressionError, UndecidedExpressionError, require
from asl.check.jsonata_sequences import NO_VALUE, array_of, as_array, either, item, sequence, some
from asl.check.placeholders import written
from asl.check.refined_paths import present, refined
from asl.check.shapes import (
    NOTHING,
    Array,
    Boolean,
    Field,
    Number,
    Object,
    Shape,
    Text,
    Unknown,
    members,
)
from asl.check.steps import Step

MAX_LENGTH = 10_000  # characters of an expression
MAX_SHOWN = 300  # of them, in a message
MAX_NESTED = 50  # levels of an expression
TRUTH = Field(Boolean())
ORDERS = ("<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%")


def parse(expression: str) -> Any:
    """Return the syntax tree of an expression; raises ExpressionError."""
    from jsonata.jexception import JException
    from jsonata.jsonata import Jsonata

    spend(len(expression))
    shown = expression if len(expression) <= MAX_SHOWN else f"{expression[:MAX_SHOWN]}…"
    if len(expression) > MAX_LENGTH:
        raise UndecidedExpressionError(f"an expression of {len(expression):,} characters", f"at most {MAX_LENGTH:,}")
    try:
        return Jsonata(expression).ast
    except JException as error:
        raise ExpressionError(f"`{shown}`, which is no JSONata ({error})", "a JSONata expression") from error
    except Exception as error:  # the library's own, of several kinds
        raise UndecidedExpressionError(f"`{shown}`", "an expression that the checker can parse") from error


@dataclass(frozen=True)
class Expression:
    """The evaluation of an expression where the variables are those of scope, `$states` among them."""

    scope: Shape
    level: int = 0
    inexact: list[str] = field(default_factory=list)  # what was computed, whose shape may have values that never occur

    def within(self, scope: Shape) -> "Expression":
        """Return the evaluation with other variables."""
        return replace(self, scope=scope)

    def value(self, node: Any) -> Field:
        """Return what node evaluates to; raises ExpressionError or UndecidedExpressionError."""
        spend()
        if self.level > MAX_NESTED:
            raise UndecidedExpressionError("an expression of many levels", f"at most {MAX_NESTED} levels")
        kind = KINDS.get(str(node.type))
        if kind is None or getattr(node, "group", None) is not None:
            raise UndecidedExpressionError(f"`{node.value}` ({node.type}) in an expression", "what the checker knows")
        inner = replace(self, level=self.level + 1)
        found = kind(inner, node)
        for stage in getattr(node, "predicate", None) or []:
            found = inner.filtered(found, stage)
        return found

    def literal(self, node: Any) -> Field:
        """Return the value that is written out."""
        return Field(written(node.value))

    def variable(self, node: Any) -> Field:
        """Return the value of a variable."""
        if not node.value:
            raise UndecidedExpressionError("`$` in an expression", "a path from a variable")
        return self.step(Field(self.scope), str(node.value))

    def path(self, node: Any) -> Field:
        """Return what the steps of a path select."""
        first, *steps = node.steps
        if first.type == "name":
            raise UndecidedExpressionError(
                f"`{first.value}`, which is no variable", "a path from a variable, such as $states"
            )
        found = self.value(first)
        for step in steps:
            if step.type != "name":
                raise UndecidedExpressionError(f"`{step.value}` in a path", "a path of names")
            found = self.step(found, str(step.value))
            for stage in getattr(step, "stages", None) or []:
                found = self.filtered(found, stage)
        return as_array(found) if getattr(node, "keep_singleton_array", False) else found

    def step(self, found: Field, name: str) -> Field:
        """Return the property called name of found; of an array, those of all its items, as a sequence."""
        parts = []
        for member in members(found.shape):
            if isinstance(member, Array):
                parts.append(sequence(member, name))
            else:
                one = gathered(member, [name])
                sure = isinstance(member, Unknown) or one.low > 0
                parts.append(Field(one.shape, required=sure) if one.high != 0 else NO_VALUE)
        return either(parts, required=found.required)

    def filtered(self, found: Field, stage: Any) -> Field:
        """Return what of found a predicate or an index in brackets leaves."""
        if stage.type not in ("filter", "index"):
            raise UndecidedExpressionError(f"`{stage.type}` in a path", "a path of names and predicates")
        index = stage.expr.value if stage.expr.type == "number" else None
        if index is None:
            return replace(found, shape=some(found.shape), required=isinstance(found.shape, Unknown))
        return either([item(member, int(index)) for member in members(found.shape)], required=found.required)

    def binary(self, node: Any) -> Field:
        """Return the result of an operator of two values."""
        operator = str(node.value)
        if operator in ("and", "or"):
            self.value(node.lhs)
            self.within(self.narrowed(node.lhs, holds=operator == "and")).value(node.rhs)
            return TRUTH
        one, other = self.value(node.lhs), self.value(node.rhs)
        if operator in ("=", "!=", "in"):
            return TRUTH
        required = one.required and other.required
        self.inexact.append(operator)
        if operator == "&":
            return Field(_joined(one.shape, other.shape))
        if operator in ORDERS:
            _comparable(one, other, operator)
            return Field(Boolean(), required=required)
        if operator in ARITHMETIC:
            for operand in (one, other):
                require(Number, operand.shape, f"numbers for `{operator}`")
            return Field(NUMBER, required=required)
        raise UndecidedExpressionError(f"`{operator}` in an expression", "an operator that the checker knows")

    def condition(self, node: Any) -> Field:
        """Return the value of either branch; each knows what the condition asks for."""
        self.value(node.condition)
        parts = []
        for branch, holds in ((node.then, True), (getattr(node, "_else", None), False)):
            scope = self.narrowed(node.condition, holds=holds)
            if members(scope):
                parts.append(NO_VALUE if branch is None else self.within(scope).value(branch))
        return either(parts, required=True)

    def narrowed(self, node: Any, *, holds: bool) -> Shape:
        """Return the variables where a condition holds, or where it does not, as far as it asks whether a path is there."""
        operator = str(node.value)
        if node.type == "binary" and operator == "and" and holds:
            return self.within(self.narrowed(node.lhs, holds=True)).narrowed(node.rhs, holds=True)
        if node.type == "binary" and operator == "or" and not holds:
            return self.within(self.narrowed(node.lhs, holds=False)).narrowed(node.rhs, holds=False)
        name = node.procedure.value if node.type == "function" else None
        if name == "not" and len(node.arguments) == 1:
            return self.narrowed(node.arguments[0], holds=not holds)
        asked = node.arguments[0] if name == "exists" and node.arguments else node if node.type == "path" else None
        if node.type == "binary" and operator == "=" and holds:
            asked = node.lhs if node.lhs.type == "path" else None
        steps = _plain_steps(asked)
        if steps is None or (not holds and name != "exists"):
            return self.scope
        return refined(self.scope, steps, present) if holds else refined(self.scope, steps, _missing)

    def unary(self, node: Any) -> Field:
        """Return the result of an array, an object, or a negative number."""
        if node.value == "{":
            return Field(Object(tuple(sorted(self._property(key, one) for key, one in node.lhs_object))))
        if node.value == "[":
            return Field(array_of([self.value(one) for one in node.expressions]))
        found = self.value(node.expression)
        require(Number, found.shape, "a number for `-`")
        self.inexact.append("-")
        return Field(NUMBER, required=found.required)

    def _property(self, key: Any, value: Any) -> tuple[str, Field]:
        if key.type != "string":
            raise UndecidedExpressionError("a key that is computed", "a key that is written out")
        return str(key.value), self.value(value)

    def block(self, node: Any) -> Field:
        """Return the value of the last expression in parentheses; those before it may set variables."""
        scope, found = self, NO_VALUE
        for one in node.expressions:
            if one.type == "bind":
                found = scope.value(one.rhs)
                if isinstance(scope.scope, Object):
                    scope = replace(scope, scope=scope.scope.having(str(one.lhs.value), found))
            else:
                found = scope.value(one)
        return found

    def function(self, node: Any) -> Field:
        """Return the result of a function that is known by its name."""
        return self._call(node, [])

    def apply(self, node: Any) -> Field:
        """Return the result of `value ~> $function(...)`."""
        return self._call(node.rhs, [self.value(node.lhs)])

    def _call(self, node: Any, first: list[Field]) -> Field:
        name = node.procedure.value if node.type == "function" else node.value if node.type == "variable" else None
        function = FUNCTIONS.get(str(name))
        if function is None:
            raise UndecidedExpressionError(f"`${name}` in an expression", "a function that the checker knows")
        given = node.arguments if node.type == "function" else []
        if any(one.type == "lambda" for one in given):
            raise UndecidedExpressionError("a function in an expression", "an expression without functions of its own")
        self.inexact.append(str(name))
        return function([*first, *(self.value(one) for one in given)])


KINDS: dict[str, Callable[[Expression, Any], Field]] = {
    "string": Expression.literal,
    "number": Expression.literal,
    "value": Expression.literal,
    "variable": Expression.variable,
    "path": Expression.path,
    "binary": Expression.binary,
    "unary": Expression.unary,
    "condition": Expression.condition,
    "block": Expression.block,
    "function": Expression.function,
    "apply": Expression.apply,
}


def _joined(one: Shape, other: Shape) -> Text:
    """Return the text of two values: what is nothing is the empty text."""
    sizes = [max_characters(shape) for shape in (one, other)]
    return Text(0, None if None in sizes else sum(size or 0 for size in sizes))


def _missing(field: Field) -> Field | None:
    return None if field.required else Field(NOTHING, required=False)


def _plain_steps(node: Any) -> list[Step] | None:
    """Return the names that a path goes through, without predicates, or None."""
    if node is None or node.type not in ("path", "variable"):
        return None
    steps = node.steps if node.type == "path" else [node]
    names: list[Step] = [str(step.value) for step in steps]
    kinds = [step.type for step in steps]
    plain = not any(getattr(step, "stages", None) or getattr(step, "predicate", None) for step in steps)
    return names if plain and kinds == ["variable", *["name"] * (len(steps) - 1)] else None


def _comparable(one: Field, other: Field, operator: str) -> None:
    for operand in (one, other):
        require((Number, Text), operand.shape, f"numbers or strings for `{operator}`")
    kinds = [{type(member) for member in members(operand.shape)} & {Number, Text} for operand in (one, other)]
    if kinds[0] and kinds[1] and (len(kinds[0] | kinds[1]) > 1):
        raise ExpressionError(
            f"{describe(one.shape)} and {describe(other.shape)}", f"values of one type for `{operator}`"
        )
