"""States in JSONata: where each sends its output, which `Output` makes, and what `Assign` sets."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from asl.check.context import ANY_ZONE
from asl.check.distributed import child_input, items_read
from asl.check.error_names import split_error
from asl.check.jsonata import Expression
from asl.check.jsonata_errors import ExpressionError, UndecidedExpressionError
from asl.check.jsonata_lambdas import Closure
from asl.check.jsonata_narrowing import is_understood, narrowed
from asl.check.jsonata_parser import parse
from asl.check.lengths import unmarked
from asl.check.maps import (
    ARRAYS,
    ITEMS,
    arrays_of,
    errors_of_map,
    iteration_of,
    result_of_map,
    start_of_iteration,
    value_of,
)
from asl.check.placeholders import written
from asl.check.proof_result import Arrival, Exit, Outcome, Proof
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
    exact_object,
    members,
    union,
)
from asl.check.sizes import NoValueError, max_bytes
from asl.check.surroundings import Surroundings
from asl.check.tasks import response
from asl.check.templates import Problem
from asl.check.visit import Visit, variables_of
from asl.language import inner_machines, is_distributed

Follow = Callable[[dict[str, Any], Arrival, Proof], Outcome]
COUNT = Number(integer=True, low=0, high=2**31 - 1)
NUMBERS: dict[str, Shape] = {
    "MaxConcurrency": COUNT,
    "ToleratedFailureCount": COUNT,
    "ToleratedFailurePercentage": Number(low=0, high=100),
}
SECONDS = Number(integer=True, low=0, high=99_999_999)
LIMIT = Number(integer=True, low=1, high=99_999_999)  # seconds of a timeout
# What an expression without its `{% %}`, or with text around them, looks like.
EXPRESSION_LIKE = re.compile(r"^\{%|%\}$|\{%.*%\}|^\s*\$(?:states\.|[A-Za-z]\w*\()", re.DOTALL)
MAX_SHOWN = 100  # characters of a text in a message
JSON_VALUE = "a value of JSON"


def shortened(text: str) -> str:
    """Return text as a message shows it."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def is_expression(value: Any) -> bool:
    """Return whether value is text that is a JSONata expression."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def evaluated(expression: str, evaluation: Expression) -> Field:
    """Return what expression evaluates to; raises ExpressionError, also if that is a function, or has one in it."""
    try:
        node = parse(expression)
        found = evaluation.value(node)
        if node.type == "regex" or any(isinstance(member, Closure) for member in members(found.shape)):
            raise ExpressionError("a function", JSON_VALUE)
        max_bytes(found.shape)  # which values have, and functions have not
    except NoValueError as error:
        raise UndecidedExpressionError("a function in a value", JSON_VALUE) from error
    return found


class JsonataState:
    """A visit of a state in JSONata."""

    def __init__(self, visit: Visit, follow: Follow) -> None:
        """Take the visit, and what follows an inner machine."""
        self.visit = visit
        self.follow = follow

    def exits(self) -> Iterator[Exit]:
        """Yield where the state sends its output."""
        yield from {
            "Task": self._task,
            "Parallel": self._parallel,
            "Map": self._map,
            "Choice": self._choice,
            "Fail": self._fail,
        }.get(self.visit.state["Type"], self._plain)()

    def _scope(self, **known: Shape) -> Object:
        """Return the variables of expressions: `$states`, with what is known besides input and context, and those that are set."""
        states = exact_object(input=self.visit.arrival.shape, context=self.visit.context, **known)
        return self.visit.arrival.around.variables.having("states", Field(states))

    def _made(self, value: Any, field: str, scope: Shape) -> Shape:
        """Return what a template makes, in which texts in `{% %}` are expressions; report its problems."""
        if is_expression(value):
            return self._evaluated(value[2:-2].strip(), field, scope)
        if isinstance(value, dict):
            self._check_names(value, field)
            return exact_object(**{name: self._made(one, f"{field}.{name}", scope) for name, one in value.items()})
        if isinstance(value, list):
            items = tuple(self._made(one, f"{field}[{number}]", scope) for number, one in enumerate(value))
            return Array(items, None, len(items), len(items))
        if isinstance(value, str) and EXPRESSION_LIKE.search(value):
            shown = f"the text `{shortened(value)}`"
            half = value.startswith("{%")  # "improperly closed", which AWS refuses
            self.visit.report(
                [Problem(field, shown, "an expression, which is all of the text in `{% %}`", decided=half)]
            )
        return written(value)

    def _check_names(self, template: dict[str, Any], field: str) -> None:
        """Report names with `.$`, which only JSONPath evaluates."""
        paths = [name for name, one in template.items() if name.endswith(".$") and isinstance(one, str)]
        wanted = "a name without `.$`, and an expression in `{% %}`"
        self.visit.report(
            [Problem(f"{field}.{name}", f"the name `{name}` in JSONata", wanted, decided=False) for name in paths]
        )

    def _evaluated(self, expression: str, field: str, scope: Shape) -> Shape:
        self.visit.at = field
        evaluation = Expression(scope)
        try:
            found = evaluated(expression, evaluation)
        except ExpressionError as error:
            decided = not isinstance(error, UndecidedExpressionError)
            problem = Problem(field, error.provided, error.required, decided=decided, unstated=error.unstated)
            self.visit.report([problem])
            return Unknown()
        if found.required:
            return found.shape
        often = "nothing" if found.shape == NOTHING else "an expression that may evaluate to nothing"
        wanted = f"a value of `{expression}`, or a default such as `$exists(...) ? ... : ...`"
        if not evaluation.unstated:
            self.visit.report([Problem(field, often, wanted, always=found.shape == NOTHING)])
        elif self.visit.proof.mapping.is_given:
            self.visit.report([Problem(field, often, wanted, decided=False)])
        return Unknown()

    def _leave(self, default: Shape, scope: Shape, target: str | None = None) -> Exit:
        return self._exit(self.visit.state, "", default, scope, target or self.visit.state.get("Next"))

    def _exit(self, holder: dict[str, Any], at: str, default: Shape, scope: Shape, target: str | None) -> Exit:
        """Return the exit by holder, which may have Output and Assign."""
        output = self._made(holder["Output"], f"{at}Output", scope) if "Output" in holder else default
        around = self._assigned(holder, at, scope)
        return Exit(target, self.visit.measure("output", output), around=around)

    def _assigned(self, holder: dict[str, Any], at: str, scope: Shape) -> Surroundings:
        around = self.visit.arrival.around
        variables = around.variables
        for name, value in holder.get("Assign", {}).items():
            variables = variables.having(name, Field(self._made(value, f"{at}Assign.{name}", scope)))
        self.visit.check_assignable(at, variables_of(holder))
        return replace(around, variables=variables)

    def _plain(self) -> Iterator[Exit]:
        scope = self._scope()
        for name, required in (("Seconds", SECONDS), ("Timestamp", ANY_ZONE)):
            if is_expression(self.visit.state.get(name)):
                self.visit.check(self._made(self.visit.state[name], name, scope), required, name)
        given = self.visit.arrival.shape
        if "Result" in self.visit.state:
            given = written(self.visit.state["Result"])
        yield self._leave(given, scope)

    def _fail(self) -> Iterator[Exit]:
        scope = self._scope()
        parts = {name: self._made(self.visit.state.get(name, ""), name, scope) for name in ("Error", "Cause")}
        for name, shape in parts.items():
            self.visit.check(shape, Text(0, None), name)
        self.visit.errors.append(exact_object(**parts))
        yield from ()

    def _arguments(self) -> Shape:
        if "Arguments" not in self.visit.state:
            return self.visit.arrival.shape
        return self._made(self.visit.state["Arguments"], "Arguments", self._scope())

    def _task(self) -> Iterator[Exit]:
        scope = self._scope()
        for name in ("TimeoutSeconds", "HeartbeatSeconds"):
            if is_expression(self.visit.state.get(name)):
                self.visit.check(self._made(self.visit.state[name], name, scope), LIMIT, name)
        if "Credentials" in self.visit.state:
            self._made(self.visit.state["Credentials"], "Credentials", scope)
        arguments = self.visit.measure("parameters", self._arguments())
        result = self.visit.measure("result", response(self.visit, arguments, "Arguments"))
        yield self._leave(result, self._scope(result=result))
        yield from self._catches(self.visit.proof.mapping.raised(self.visit.name))

    def _parallel(self) -> Iterator[Exit]:
        given = self._arguments()
        visit = self.visit
        branches = visit.state["Branches"]
        outcomes = [self.follow(one, visit.arrival.within(visit.name, given), visit.proof) for one in branches]
        visit.join(*outcomes)
        results = tuple(outcome.output for outcome in outcomes)
        if NOTHING not in results:
            result = visit.measure("result", Array(results, None, len(results), len(results)))
            yield self._leave(result, self._scope(result=result))
        yield from self._catches(union(*(outcome.error for outcome in outcomes)))

    def _map(self) -> Iterator[Exit]:
        visit, scope = self.visit, self._scope()
        for name, required in NUMBERS.items():
            if is_expression(visit.state.get(name)):
                visit.check(self._made(visit.state[name], name, scope), required, name)
        items = self._items(scope)
        iteration = iteration_of(visit, items)
        (machine,) = inner_machines(visit.state)
        given = child_input(visit, self._given(iteration, value_of(items)), arrays_of(items), self._make)
        outcome = self.follow(machine, start_of_iteration(iteration, given), visit.proof)
        visit.join(outcome)
        result = visit.measure(
            "result", result_of_map(visit, arrays_of(items), given, unmarked(outcome.output), self._make)
        )
        yield self._leave(result, self._scope(result=result))
        yield from self._catches(union(*errors_of_map(visit, unmarked(outcome.error))))

    def _make(self, value: Any, field: str) -> Shape:
        return self._made(value, field, self._scope())

    def _items(self, scope: Shape) -> Shape:
        """Return what a Map runs over: the items that it reads, those in Items, or its input."""
        visit = self.visit
        if "ItemReader" in visit.state:
            return items_read(visit, self._make)
        items = self._made(visit.state["Items"], "Items", scope) if "Items" in visit.state else visit.arrival.shape
        visit.check(items, ITEMS if is_distributed(visit.state) else ARRAYS, "Items")
        return items

    def _given(self, iteration: Visit, one: Shape) -> Shape:
        """Return the input of an iteration: the item, or what ItemSelector makes of it."""
        if "ItemSelector" not in iteration.state:
            return one
        state = JsonataState(iteration, self.follow)
        return state._made(iteration.state["ItemSelector"], "ItemSelector", state._scope())

    def _catches(self, error: Shape) -> Iterator[Exit]:
        self.visit.retries(error)
        for number, catcher in enumerate(self.visit.state.get("Catch", [])):
            taken, error = split_error(error, tuple(catcher["ErrorEquals"]))
            if members(taken):
                self.visit.proof.taken.add((self.visit.name, f"Catch[{number}]"))
                scope = self._scope(errorOutput=taken)
                yield self._exit(catcher, f"Catch[{number}].", taken, scope, catcher["Next"])
        if members(error):
            self.visit.errors.append(error)

    def _choice(self) -> Iterator[Exit]:
        scope: Shape = self._scope()
        for number, rule in enumerate(self.visit.state["Choices"]):
            at = f"Choices[{number}]."
            if not members(scope):
                return
            taken, scope = self._split(rule.get("Condition"), f"{at}Condition", scope)
            if members(taken):
                self.visit.proof.taken.add((self.visit.name, f"Choices[{number}]"))
                yield self._by(rule, at, taken, rule["Next"])
        if members(scope) and "Default" in self.visit.state:
            self.visit.proof.taken.add((self.visit.name, "Default"))
            yield self._by(self.visit.state, "", scope, self.visit.state["Default"])
        elif members(scope) and self.visit.proof.mapping.is_given:
            self.visit.report([Problem("Choices", "an input that no rule may match", "a Default", decided=False)])

    def _split(self, condition: Any, field: str, scope: Shape) -> tuple[Shape, Shape]:
        """Return the variables where a condition holds, and where it does not."""
        if condition is True:
            return scope, NOTHING
        self.visit.check(self._made(condition, field, scope), Boolean(), field)
        try:
            node = parse(condition[2:-2].strip()) if is_expression(condition) else None
            if node is None:
                return scope, scope
            if not is_understood(scope, node):  # more may follow from it than the checker knows
                self.visit.arrival = replace(self.visit.arrival, approximate=True)
            return narrowed(scope, node, holds=True), narrowed(scope, node, holds=False)
        except ExpressionError:  # reported by _made
            return scope, scope

    def _by(self, holder: dict[str, Any], at: str, scope: Shape, target: str) -> Exit:
        """Return the exit by a rule or the Default, with the input as the condition left it."""
        one = Expression(scope)
        found = one.property_of(one.property_of(Field(scope), "states"), "input")
        return self._exit(holder, at, found.shape, scope, target)
