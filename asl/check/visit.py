"""One state with the payload that it gets: the fields that all states have for input and output."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from asl.check.compare import Mismatch, mismatches
from asl.check.descriptions import describe
from asl.check.error_names import split_error
from asl.check.mapping import Contract
from asl.check.paths import put
from asl.check.placeholders import is_placeholder
from asl.check.proof_result import Arrival, Exit, Outcome, Proof
from asl.check.shapes import Object, Shape, Text, Unknown, exact_object, members, union
from asl.check.steps import PathError, parse_path
from asl.check.surroundings import Scope, Surroundings
from asl.check.templates import Evaluation, Problem
from asl.language import CALLBACK, target

EMPTY = exact_object()  # what the path null selects


@dataclass
class Visit:
    """One state with the payload that it gets."""

    name: str
    state: dict[str, Any]
    arrival: Arrival
    proof: Proof
    errors: list[Shape] = field(default_factory=list)  # those that the state's Catch does not handle
    at: str = "Type"  # the field in progress
    takes_text: bool = False  # whether a service gets Parameters, so that a path without `.$` is sent as it is

    @property
    def context(self) -> Object:
        """The context object in this state."""
        pattern = target(self.state).pattern
        token = pattern == CALLBACK or is_placeholder(self.state.get("Resource"))
        return self.arrival.around.context(self.name, token=token or (None if pattern else False))

    def evaluation(self, data: Shape) -> Evaluation:
        """Return the evaluation of paths and templates on data."""
        scope = Scope(data, self.context, self.arrival.around.variables)
        return Evaluation(scope, takes_text=self.takes_text)

    def join(self, *outcomes: Outcome) -> None:
        """Take account of joins in the machines in the state."""
        if any(outcome.approximate for outcome in outcomes):
            self.arrival = replace(self.arrival, approximate=True)

    def report(self, problems: list[Problem]) -> None:
        """Report problems of the state."""
        self.proof.report(self.name, self.arrival, problems)

    def warn(self, field_name: str, provided: str, required: str) -> None:
        """Warn of what does not fail the proof."""
        self.proof.warn(self.name, field_name, provided, required)

    def measure(self, kind: str, shape: Shape) -> Shape:
        """Record how large the payload of a kind may be, and return it."""
        self.proof.measure(self.name, self.arrival, kind, shape)
        return shape

    def selected(self, data: Shape, field_name: str) -> Shape:
        """Return what the path in field_name (InputPath, OutputPath) selects from data; null selects nothing."""
        path = self.state.get(field_name, "$")
        if path == "$":
            return data
        return EMPTY if path is None else self.evaluated(data, path, field_name)

    def evaluated(self, data: Shape, expression: Any, field_name: str) -> Shape:
        """Return the result of a path or a call on data, and report its problems."""
        self.at = field_name
        evaluation = self.evaluation(data)
        found = evaluation.expression(expression, field_name)
        self.report(evaluation.problems)
        return found

    def evaluated_in(self, scope: Scope, path: str, field_name: str) -> Shape:
        """Return what path selects from scope, and report its problems."""
        evaluation = Evaluation(scope)
        found = evaluation.expression(path, field_name)
        self.report(evaluation.problems)
        return found

    def templated(self, data: Shape, field_name: str) -> Shape:
        """Return the result of the template in field_name on data, or data if there is no template."""
        if field_name not in self.state:
            return data
        self.at = field_name
        evaluation = self.evaluation(data)
        found = evaluation.template(self.state[field_name], field_name)
        self.report(evaluation.problems)
        return found

    def effective(self) -> Shape:
        """Return the effective input: InputPath and Parameters applied to the state's input."""
        return self.measure("parameters", self.templated(self.selected(self.arrival.shape, "InputPath"), "Parameters"))

    def leave(self, result: Shape) -> Iterator[Exit]:
        """Yield the exit with result: ResultSelector, ResultPath and OutputPath applied."""
        chosen = self.templated(self.measure("result", result), "ResultSelector")
        self.check_contract(chosen, self.proof.mapping.edges(self.name).leaves, "ResultSelector")
        path = self.state.get("ResultPath", "$")
        whole = self.combined(chosen, path, "ResultPath")
        yield self.exit_with(whole, result, path)

    def exit_with(self, whole: Shape, assigning: Shape, result_path: str | None = None) -> Exit:
        """Return the exit to the next state, or to the end, with OutputPath applied to whole, and Assign to assigning."""
        output = self.measure("output", self.selected(whole, "OutputPath"))
        around = self.assigned(self.state, assigning, "Assign", self.arrival.around)
        return Exit(self.state.get("Next"), output, result_path, around=around)

    def assigned(self, holder: dict[str, Any], data: Shape, field_name: str, around: Surroundings) -> Surroundings:
        """Return around with the variables that Assign in holder sets; its paths select from data."""
        if "Assign" not in holder:
            return around
        self.at = field_name
        evaluation = Evaluation(Scope(data, self.context, around.variables))
        made = evaluation.template(holder["Assign"], field_name)
        self.report(evaluation.problems)
        self.check_assignable(field_name.removesuffix("Assign"), variables_of(holder))
        variables = around.variables
        for name, field_made in made.fields if isinstance(made, Object) else ():
            self.measure(f"${name}", field_made.shape)
            variables = variables.having(name, field_made)
        return replace(around, variables=variables)

    def check_assignable(self, at: str, assigned: list[str]) -> None:
        """Report variables that the machine around has set: a state in a branch or an iteration cannot assign them."""
        for name in assigned:
            if name.removesuffix(".$") in self.arrival.around.outer:
                provided = f"`${name.removesuffix('.$')}`, which is set in the machine around"
                self.report([Problem(f"{at}Assign.{name}", provided, "a variable of its own")])

    def combined(self, result: Shape, path: str | None, field_name: str) -> Shape:
        """Return the state's input with result at path; the path null discards the result."""
        self.at = field_name
        if path is None:
            return self.arrival.shape
        try:
            whole, problem = put(self.arrival.shape, parse_path(path), result)
        except PathError as error:
            self.report([Problem(field_name, str(error), "a reference path", decided=False)])
            return Unknown()
        if problem is not None:
            wanted = f"an object, to put `{path}` in"
            self.report([Problem(field_name, problem.provided, wanted, decided=problem.decided)])
        return whole

    def check_contract(self, provided: Shape, contract: Contract | None, field_name: str, *below: str) -> None:
        """Report where provided may break contract; below leads from the template in field_name to provided."""
        if contract is not None:
            self.check(provided, contract.shape, field_name, *below, by=f" in contract {contract.name}")

    def check(self, provided: Shape, required: Shape, field_name: str, *below: str, by: str = "") -> None:
        """Report where provided may not be what is required, at the field of the template that makes it.

        A text with a placeholder is taken for what a service requires, but not for what a contract (by) does.
        """
        self.at = field_name
        found = [one for one in mismatches(provided, required) if by or not one.placeholder]
        self.report_mismatches(found, field_name, *below, by=by)

    def report_mismatches(self, found: Iterable[Mismatch], field_name: str, *below: str, by: str = "") -> None:
        """Report mismatches, but for those that depend on contracts where there are none."""
        self.at = field_name
        is_given = self.proof.mapping.is_given
        self.report([self._problem(one, field_name, below, by) for one in found if is_given or not one.unstated])

    def check_path(self, field_name: str, required: Shape) -> None:
        """Report where the path in field_name, if the state has it, may not select what is required."""
        if field_name in self.state:
            found = self.evaluated(self.arrival.shape, self.state[field_name], field_name)
            self.check_number(found, required, field_name)

    def check_number(self, found: Shape, required: Shape, field_name: str) -> None:
        """Report where found may not be a number; Step Functions takes a string of digits too, at least for some fields."""
        self.check(union(*(one for one in members(found) if not isinstance(one, Text))), required, field_name)
        texts = [one for one in members(found) if isinstance(one, Text) and not one.placeholder and not _is_digits(one)]
        if texts:
            unstated = all(one.unstated for one in texts)
            provided, wanted = describe(union(*texts)), describe(required)
            self.report([Problem(field_name, provided, wanted, decided=not unstated, unstated=unstated)])

    def _problem(self, found: Mismatch, field_name: str, below: tuple[str, ...], by: str) -> Problem:
        names = [*below, *(name for name in found.path.split(".") if name)]
        where, inside = template_place(self.state.get(field_name), names)
        at = f" at `{'.'.join(inside)}`" if inside else ""
        whole = ".".join([field_name, *where])
        return Problem(whole, found.provided + at, found.required + by, decided=found.decided)

    def retries(self, error: Shape) -> None:
        """Record which retriers handle an error."""
        for number, retrier in enumerate(self.state.get("Retry", [])):
            taken, error = split_error(error, tuple(retrier["ErrorEquals"]))
            if members(taken):
                self.proof.taken.add((self.name, f"Retry[{number}]"))

    def catches(self, error: Shape) -> Iterator[Exit]:
        """Yield the exits by Catch; what no catcher handles goes to errors."""
        self.retries(error)
        for number, catcher in enumerate(self.state.get("Catch", [])):
            taken, error = split_error(error, tuple(catcher["ErrorEquals"]))
            path = catcher.get("ResultPath", "$")
            by = f"Catch[{number}].ResultPath"
            whole = self.combined(taken, path, by)
            if members(taken):
                self.proof.taken.add((self.name, f"Catch[{number}]"))
                around = self.assigned(catcher, taken, f"Catch[{number}].Assign", self.arrival.around)
                yield Exit(catcher["Next"], self.measure("caught", whole), path, by, around)
        if members(error):
            self.errors.append(error)


def variables_of(holder: dict[str, Any]) -> list[str]:
    """Return the names that Assign in holder has."""
    return list(holder.get("Assign", {}))


def _is_digits(text: Text) -> bool:
    return text.values is not None and all(map(str.isdecimal, text.values))


def template_place(template: Any, names: list[str]) -> tuple[list[str], list[str]]:
    """Return the part of names that leads through template to a field that it has, and the rest of names."""
    where: list[str] = []
    for number, name in enumerate(names):
        if isinstance(template, dict) and f"{name}.$" in template:
            return [*where, f"{name}.$"], names[number + 1 :]
        if not isinstance(template, dict) or name not in template:
            return [*where, name], names[number + 1 :]
        where.append(name)
        template = template[name]
    return where, []
