"""Payload templates (Parameters, ResultSelector, ItemSelector): the shape of their results, and the problems in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asl.check.budget import spend
from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.intrinsic_parser import Call, parse_call
from asl.check.intrinsics import result_of
from asl.check.paths import Absence, PathError, parse_path, select
from asl.check.shapes import Array, Object, Shape, Unknown, constant, exact_object

PATH_LIKE = re.compile(r"\$\$?[.\[]|States\.\w+\(")


@dataclass(frozen=True)
class Problem:
    """A problem in one field of a state: what is provided, what is required, and the path that may select nothing, if any."""

    field: str  # such as `Parameters.image.key.$`
    provided: str
    required: str
    path: str | None = None
    absence: Absence | None = None
    data: Shape | None = None  # what the path is evaluated on
    suggestion: str | None = None
    decided: bool = True


@dataclass(frozen=True)
class Scope:
    """What paths are evaluated on: the data (`$`) and the context object (`$$`)."""

    data: Shape
    context: Object


class Evaluation:
    """The evaluation of paths, calls and templates of one state, which collects their problems."""

    def __init__(self, scope: Scope) -> None:
        """Evaluate on scope."""
        self.scope = scope
        self.problems: list[Problem] = []

    def template(self, value: Any, field: str) -> Shape:
        """Return the shape of the result of the template value."""
        spend()
        if isinstance(value, dict):
            return exact_object(**dict(self._property(name, one, field) for name, one in value.items()))
        if isinstance(value, list):
            items = tuple(self.template(one, f"{field}[{number}]") for number, one in enumerate(value))
            return Array(items, None, len(items), len(items))
        return constant(value)

    def _property(self, name: str, value: Any, field: str) -> tuple[str, Shape]:
        if name.endswith(".$"):
            return name.removesuffix(".$"), self.expression(value, f"{field}.{name}")
        if isinstance(value, str) and PATH_LIKE.match(value):
            likely = f"did you mean `{name}.$`?"
            literal = Problem(f"{field}.{name}", f"the text `{value}`", "a path", suggestion=likely, decided=False)
            return name, self._problem(literal)
        return name, self.template(value, f"{field}.{name}")

    def expression(self, text: Any, field: str) -> Shape:
        """Return the shape of a path or of a call of an intrinsic function."""
        if not isinstance(text, str):
            return self._problem(Problem(field, f"{text!r}", "a path or a call of an intrinsic function"))
        return self.path(text, field) if text.startswith("$") else self._call(text, field)

    def path(self, text: str, field: str) -> Shape:
        """Return the shape of what the path selects."""
        source = self.scope.context if text.startswith("$$") else self.scope.data
        try:
            found, absences = select(source, parse_path(text), "$$" if text.startswith("$$") else "$")
        except PathError as error:
            return self._problem(Problem(field, str(error), "a path that the checker can decide", decided=False))
        for absence in absences[:1]:
            self._problem(Problem(field, absence.provided, f"`{text}`", text, absence, source))
        return found

    def _call(self, text: str, field: str) -> Shape:
        try:
            return self._returned(parse_call(text), field)
        except IntrinsicCallError as error:
            return self._problem(Problem(field, error.what, error.required, decided=error.decided))

    def _returned(self, call: Call, field: str) -> Shape:
        return result_of(call.name, list(self._arguments(call, field)))

    def _arguments(self, call: Call, field: str) -> Iterator[Shape]:
        for argument in call.arguments:
            if isinstance(argument, Call):
                yield self._returned(argument, field)
            else:
                yield self.path(argument, field) if isinstance(argument, str) else argument

    def _problem(self, problem: Problem) -> Shape:
        self.problems.append(problem)
        return Unknown()
