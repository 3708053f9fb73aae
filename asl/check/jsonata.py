"""JSONata expressions: the shape of what an expression evaluates to, and whether it may evaluate to nothing.

Step Functions fails with States.QueryEvaluationError where an expression evaluates to nothing. What this module does not know
is undecided, by construct.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from asl.check.budget import spend
from asl.check.gathering import gathered
from asl.check.jsonata_equality import is_asked
from asl.check.jsonata_errors import ExpressionError, UndecidedExpressionError
from asl.check.jsonata_functions import FUNCTIONS
from asl.check.jsonata_lambdas import HIGHER, Closure, Function
from asl.check.jsonata_narrowing import CURRENT, is_understood, narrowed
from asl.check.jsonata_operators import TRUTH, operation, require
from asl.check.jsonata_predicates import filtered
from asl.check.jsonata_sequences import (
    NO_VALUE,
    Sequence,
    array_of,
    as_array,
    either,
    mapped,
    only_arrays,
    properties,
    values_of,
)
from asl.check.jsonata_sources import Sources, are_related, sources_of
from asl.check.placeholders import written
from asl.check.shapes import Anything, Array, Field, Number, Object, Shape, Text, Unknown, members
from asl.check.sizes import within_bytes

MAX_NESTED = 50  # levels of an expression
COLLECTED = ("group", "tuple", "index", "focus")  # attributes of what is not followed by itself


@dataclass(frozen=True)
class Expression:
    """The evaluation of an expression where the variables are those of scope, `$states` among them."""

    scope: Shape
    level: int = 0
    unstated: list[str] = field(default_factory=list)  # what may lack, of which no contract says more
    sources: Sources = field(default_factory=dict)

    def within(self, scope: Shape) -> "Expression":
        """Return the evaluation with other variables."""
        return replace(self, scope=scope)

    def at(self, value: Field) -> "Expression":
        """Return the evaluation where `$`, the current value, is value."""
        return self.within(self.scope.having(CURRENT, value)) if isinstance(self.scope, Object) else self

    def value(self, node: Any) -> Field:
        """Return what node evaluates to; raises ExpressionError or UndecidedExpressionError."""
        spend()
        if self.level > MAX_NESTED:
            raise UndecidedExpressionError("an expression of many levels", f"at most {MAX_NESTED} levels")
        kind = KINDS.get(str(node.type))
        if kind is None:
            raise UndecidedExpressionError(f"`{node.value}` ({node.type}) in an expression", "what the checker knows")
        inner = replace(self, level=self.level + 1)
        found = kind(inner, node)
        for stage in getattr(node, "predicate", None) or []:
            found = filtered(inner, found, stage)
        group = getattr(node, "group", None)
        return found if group is None else inner.grouped(found, group)

    def literal(self, node: Any) -> Field:
        """Return the value that is written out."""
        return Field(written(node.value))

    def regex(self, _: Any) -> Field:
        """Return a regular expression, which only functions take."""
        return Field(Unknown())

    def variable(self, node: Any) -> Field:
        """Return the value of a variable; `$` is the current value."""
        if node.value == "$":
            raise UndecidedExpressionError("`$$` in an expression", "a path from a variable")
        return self.property_of(Field(self.scope), str(node.value))

    def name(self, node: Any) -> Field:
        """Return a property of the current value."""
        return self.property_of(self.property_of(Field(self.scope), CURRENT), str(node.value))

    def path(self, node: Any) -> Field:
        """Return what the steps of a path select."""
        first, *steps = node.steps
        found = self.staged(self.value(first), first) if first.type == "name" else self.value(first)
        # From an array that is written out, JSONata takes a step only while it is still one.
        if getattr(first, "consarray", False):
            found, is_mixed = only_arrays(found)
            self.unstated.extend(["a predicate"] if is_mixed else [])
        for step in steps:
            found = self.step(found, step)
        return as_array(found) if getattr(node, "keep_singleton_array", False) else found

    def staged(self, found: Field, step: Any) -> Field:
        """Return found after the predicates of a step of a path."""
        if getattr(step, "tuple", False) or getattr(step, "focus", None) or getattr(step, "index", None):
            raise UndecidedExpressionError("`@` or `#` in a path", "a path of names and predicates")
        for stage in getattr(step, "stages", None) or []:
            found = filtered(self, found, stage)
        return found

    def step(self, found: Field, step: Any) -> Field:
        """Return what a step of a path makes of found, or of each of its items; so do the predicates of the step."""
        if step.type == "sort":
            return self.staged(self.sorted(found, step), step)
        keeps = bool(getattr(step, "consarray", False))
        selected = mapped(found, lambda one: self.staged(self._of_one(one, step), step), keeps_arrays=keeps)
        return _within(found, selected) if step.type == "name" else selected

    def _of_one(self, one: Field, step: Any) -> Field:
        if step.type == "name":
            return self._property_of(one.shape, str(step.value))
        if step.type == "wildcard":
            return either([properties(one.shape)], required=True)
        return self.at(one).value(step)

    def property_of(self, found: Field, name: str) -> Field:
        """Return the property called name of found; of an array, those of all its items, as a sequence."""
        return _within(found, mapped(found, lambda one: self._property_of(one.shape, name)))

    def _property_of(self, member: Shape, name: str) -> Field:
        parts = []
        for one in members(member):
            inner = gathered(one, [name])
            sure = isinstance(one, Unknown) or inner.low > 0
            if not sure and isinstance(one, Object | Anything) and one.unstated:
                self.unstated.append(name)
            parts.append(Field(inner.shape, required=sure) if inner.high != 0 else NO_VALUE)
        return either(parts, required=True)

    def sorted(self, found: Field, step: Any) -> Field:
        """Return found in another order."""
        values = values_of(found)
        for term in step.terms:
            key = self.at(Field(values.shape)).value(term.expression)
            require((Number, Text), key.shape, "numbers or strings to sort by")
        return values.field

    def grouped(self, found: Field, group: Any) -> Field:
        """Return the object that groups the items of found by a key."""
        values = values_of(found)
        parts = []
        for key, value in group.lhs_object:
            inner = self.at(Field(values.shape))
            require(Text, inner.value(key).shape, "a string as the key of a group")
            each = inner.value(value)
            parts.append(Sequence(each.shape, 1, values.high).field)
        return Field(Object((), either(parts, required=True).shape, unstated=True))

    def binary(self, node: Any) -> Field:
        """Return the result of an operator of two values."""
        operator = str(node.value)
        if operator in ("and", "or"):
            self.value(node.lhs)
            scope = self.narrowed(node.lhs, holds=operator == "and")
            if members(scope):
                self._after(node.lhs, node.rhs, scope)
            return TRUTH
        return operation(operator, self.value(node.lhs), self.value(node.rhs))

    def condition(self, node: Any) -> Field:
        """Return the value of either branch; each knows what the condition asks for."""
        self.value(node.condition)
        parts = []
        for branch, holds in ((node.then, True), (getattr(node, "_else", None), False)):
            scope = self.narrowed(node.condition, holds=holds)
            if members(scope):
                part = NO_VALUE if branch is None else self.branch(node.condition, branch, scope)
                is_there = holds and is_asked(node.condition, branch) and members(part.shape)
                parts.append(replace(part, required=True) if is_there else part)
        return either(parts, required=True)

    def branch(self, condition: Any, branch: Any, scope: Shape) -> Field:
        """Return the value of a branch; nothing in it is certain where the checker does not know what the condition says."""
        found = self._after(condition, branch, scope)
        if not found.required and not self._says_all(condition, branch) and not is_asked(condition, branch):
            self.unstated.append("a condition")
        return found

    def _after(self, condition: Any, node: Any, scope: Shape) -> Field:
        """Return the value of what is evaluated after condition, where the variables are those of scope."""
        try:
            return self.within(scope).value(node)
        except ExpressionError as error:
            if self._says_all(condition, node):
                raise
            raise UndecidedExpressionError(error.provided, error.required, unstated=error.unstated) from error

    def _says_all(self, condition: Any, node: Any) -> bool:
        """Return whether the checker knows all that condition says of what node reads."""
        return is_understood(self.scope, condition) and not are_related(condition, node, self.sources)

    def narrowed(self, node: Any, *, holds: bool) -> Shape:
        """Return the variables where a condition holds, or where it does not."""
        return narrowed(self.scope, node, holds=holds)

    def unary(self, node: Any) -> Field:
        """Return the result of an array, an object, or a negative number."""
        if node.value == "{":
            return Field(Object(tuple(sorted(self._pair(key, one) for key, one in node.lhs_object))))
        if node.value == "[":
            return Field(array_of([(self.value(one), _is_array(one)) for one in node.expressions]))
        return operation("-", Field(written(0)), self.value(node.expression))

    def _pair(self, key: Any, value: Any) -> tuple[str, Field]:
        if key.type != "string":
            raise UndecidedExpressionError("a key that is computed", "a key that is written out")
        return str(key.value), self.value(value)

    def block(self, node: Any) -> Field:
        """Return the value of the last expression in parentheses; those before it may set variables."""
        scope, found = self._with_functions(node), NO_VALUE
        for one in node.expressions:
            found = scope.value(one.rhs if one.type == "bind" else one)
            if one.type == "bind" and isinstance(scope.scope, Object):
                name = str(one.lhs.value)
                sources = {**scope.sources, name: sources_of(one.rhs, scope.sources)}
                scope = replace(scope, scope=scope.scope.having(name, found), sources=sources)
        return found

    def _with_functions(self, block: Any) -> "Expression":
        """Return the expression where the functions that a block sets are not known yet: they may call themselves and later ones."""
        scope = self.scope
        for one in block.expressions:
            if one.type == "bind" and one.rhs.type == "lambda" and isinstance(scope, Object):
                scope = scope.having(str(one.lhs.value), Field(Unknown()))
        return replace(self, scope=scope)

    def closure(self, node: Any) -> Field:
        """Return a function of the expression's own."""
        return Field(Closure(node, self))

    def function(self, node: Any) -> Field:
        """Return the result of a call."""
        return self._call(node, [])

    def apply(self, node: Any) -> Field:
        """Return the result of `value ~> $function(...)`."""
        return self._call(node.rhs, [self.value(node.lhs)])

    def _call(self, node: Any, first: list[Field]) -> Field:
        is_call = node.type == "function"
        given = list(node.arguments) if is_call else []
        procedure = node.procedure if is_call else node
        name = str(procedure.value) if procedure.type == "variable" else ""
        if name in HIGHER and not self._own(name):
            return HIGHER[name](self, first, given)
        arguments = [*first, *(self.value(one) for one in given)]
        if not arguments and isinstance(self.scope, Object) and CURRENT in self.scope.by_name:
            arguments = [self.scope.by_name[CURRENT]]  # a function without arguments takes the current value
        return self.callable(procedure)(arguments)

    def _own(self, name: str) -> Shape | None:
        field = self.scope.get(name) if isinstance(self.scope, Object) else None
        return field.shape if field else None

    def callable(self, node: Any) -> Function:
        """Return the function that node is; raises ExpressionError."""
        if node.type == "lambda":
            return Closure(node, self).call
        name = str(node.value) if node.type == "variable" else None
        own = self._own(name) if name else None
        if isinstance(own, Closure):  # which may have been handed to itself, so that the levels of its callers count
            return replace(own, where=replace(own.where, level=max(self.level, own.where.level))).call
        if name in FUNCTIONS and own is None:
            return FUNCTIONS[name]
        if name in REFUSED:
            raise ExpressionError(f"`${name}`", REFUSED[name])
        if name in UNKNOWN or name is None or own is not None:
            raise UndecidedExpressionError(f"`${name}` in an expression", "a function that the checker knows")
        raise ExpressionError(f"`${name}`", "a function of JSONata or of Step Functions")


REFUSED = {
    "eval": "a function that Step Functions has: `$parse` reads JSON",
    "error": "an expression that does not always fail",
}
# Functions of JSONata and Step Functions whose results the checker does not know.
UNKNOWN = ("single", "assert", "clone", "formatBase", "formatInteger", "parseInteger", "match")


def _within(found: Field, selected: Field) -> Field:
    """Return what was selected from the items of found, which is no larger than that."""
    bounds = [one.max_bytes for one in members(found.shape) if isinstance(one, Array)]
    known = [bound for bound in bounds if bound is not None]
    if not known or len(known) < len(bounds):
        return selected
    return replace(selected, shape=within_bytes(selected.shape, max(known)))


def _is_array(node: Any) -> bool:
    return bool(node.type == "unary" and node.value == "[")


KINDS: dict[str, Callable[[Expression, Any], Field]] = {
    "string": Expression.literal,
    "number": Expression.literal,
    "value": Expression.literal,
    "regex": Expression.regex,
    "variable": Expression.variable,
    "name": Expression.name,
    "path": Expression.path,
    "binary": Expression.binary,
    "unary": Expression.unary,
    "condition": Expression.condition,
    "block": Expression.block,
    "lambda": Expression.closure,
    "function": Expression.function,
    "apply": Expression.apply,
}
