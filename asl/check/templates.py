"""Payload templates (Parameters, ResultSelector, ItemSelector): the shape of their results, and the problems in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asl.check.budget import spend
from asl.check.gathering import gathered
from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.intrinsic_parser import Call, parse_call
from asl.check.intrinsics import result_of
from asl.check.paths import Absence, select
from asl.check.placeholders import written
from asl.check.shapes import Array, Shape, Unknown, exact_object
from asl.check.steps import PathError, parse_rooted
from asl.check.surroundings import Scope

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
    always: bool = False  # whether it happens with all payloads of the shape
    unstated: bool = False  # whether it depends on what only a contract could say

    @property
    def is_unstated(self) -> bool:
        """Whether it depends on what only a contract could say."""
        return self.unstated or (self.absence is not None and self.absence.unstated)


def expressions(template: Any) -> Iterator[str]:
    """Yield the paths and calls in a template."""
    if isinstance(template, list):
        for one in template:
            yield from expressions(one)
    elif isinstance(template, dict):
        for name, value in template.items():
            yield from [str(value)] if name.endswith(".$") else expressions(value)


class Evaluation:
    """The evaluation of paths, calls and templates of one state, which collects their problems."""

    def __init__(self, scope: Scope, *, takes_text: bool = False) -> None:
        """Evaluate on scope; takes_text is whether a path that is written as a text is certainly a mistake."""
        self.scope = scope
        self.takes_text = takes_text
        self.problems: list[Problem] = []

    def template(self, value: Any, field: str) -> Shape:
        """Return the shape of the result of the template value."""
        spend()
        if isinstance(value, dict):
            for name in value:
                if f"{name}.$" in value:
                    provided = f"`{name}` and `{name}.$`"
                    self._problem(Problem(f"{field}.{name}", provided, "only one of them", decided=False))
            return exact_object(**dict(self._property(name, one, field) for name, one in value.items()))
        if isinstance(value, list):
            items = tuple(self._item(one, f"{field}[{number}]") for number, one in enumerate(value))
            return Array(items, None, len(items), len(items))
        if isinstance(value, str) and value.startswith("{%"):
            wanted = "a path, or JSONata as the QueryLanguage"
            self._problem(Problem(field, "an expression in JSONata, which is text in JSONPath", wanted, decided=False))
        return written(value)

    def _property(self, name: str, value: Any, field: str) -> tuple[str, Shape]:
        if name.endswith(".$"):
            return name.removesuffix(".$"), self.expression(value, f"{field}.{name}")
        if isinstance(value, str) and PATH_LIKE.match(value):
            return name, self._literal(value, f"{field}.{name}", f"did you mean `{name}.$`?")
        return name, self.template(value, f"{field}.{name}")

    def _item(self, value: Any, field: str) -> Shape:
        if isinstance(value, str) and PATH_LIKE.match(value):
            likely = "an array of paths is `States.Array(...)`, in a field whose name ends in `.$`"
            return self._literal(value, field, likely)
        return self.template(value, field)

    def _literal(self, text: str, field: str, likely: str) -> Shape:
        """Report a path that is written as a text."""
        certain = self.takes_text and self._is_found(text)
        return self._problem(Problem(field, f"the text `{text}`", "a path", suggestion=likely, decided=certain))

    def _is_found(self, text: str) -> bool:
        """Return whether text is a path that leads to something, so that it is none by chance."""
        try:
            root, steps = parse_rooted(text)
            return self.scope.root(root) != Unknown() and not select(self.scope.root(root), steps)[1]
        except PathError:
            return False

    def expression(self, text: Any, field: str) -> Shape:
        """Return the shape of a path or of a call of an intrinsic function."""
        if not isinstance(text, str):
            return self._problem(Problem(field, f"{text!r}", "a path or a call of an intrinsic function"))
        return self.path(text, field) if text.startswith("$") else self._call(text, field)

    def path(self, text: str, field: str) -> Shape:
        """Return the shape of what the path selects."""
        try:
            root, steps = parse_rooted(text)
            source = self.scope.root(root)
            found, absences = select(source, steps, root)
        except PathError as error:
            wanted = "a path" if error.is_refused else "a path that the checker can decide"
            return self._problem(Problem(field, str(error), wanted, decided=error.is_refused))
        for absence in absences[:1]:
            always = gathered(source, steps).high == 0
            decided, provided, wanted = absence.decided, absence.provided, f"`{text}`"
            self._problem(Problem(field, provided, wanted, text, absence, source, decided=decided, always=always))
        return found

    def _call(self, text: str, field: str) -> Shape:
        try:
            return self._returned(parse_call(text), field)
        except IntrinsicCallError as error:
            problem = Problem(field, error.what, error.required, decided=error.decided, unstated=error.unstated)
            return self._problem(problem)

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
