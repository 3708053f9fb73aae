"""The flow of payloads: the shape of a payload is followed through a machine, state by state, along every path."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from asl.check.arrivals import MAX_APART, Queue
from asl.check.budget import BudgetSpentError, part_budget, spend
from asl.check.choices import paths_read, split_by_rule
from asl.check.context import ANY_ZONE
from asl.check.joins import joined
from asl.check.jsonata_states import JsonataState
from asl.check.lengths import marked
from asl.check.maps import map_exits
from asl.check.placeholders import written
from asl.check.proof_result import Arrival, Exit, Outcome, Proof
from asl.check.shapes import (
    NOTHING,
    Array,
    Field,
    Number,
    Shape,
    Text,
    Unknown,
    exact_object,
    is_computed,
    members,
    union,
)
from asl.check.surroundings import Scope, Surroundings, scope_from
from asl.check.tasks import task_exits
from asl.check.templates import Problem
from asl.check.visit import Visit
from asl.language import inner_machines, is_distributed, transitions

STEPS_OF_A_STATE = 50  # what it takes besides what is counted where it is done
SECONDS = Number(integer=True, low=0, high=99_999_999)


def follow(machine: dict[str, Any], start: Arrival, proof: Proof) -> Outcome:
    """Follow start through machine along every path and return what the machine may end with; findings go to proof."""
    outputs: list[Shape] = []
    errors: list[Shape] = []
    queue = Queue(machine, start)
    while (waiting := queue.pop()) and not proof.stopped:
        for arrival in queue.news(*waiting, proof):
            name = waiting[0]
            proof.inputs.setdefault(name, []).append(arrival.shape)
            visit = Visit(name, machine["States"][name], arrival, proof)
            visit.arrival = replace(arrival, shape=marked(name, visit.state, arrival.shape))
            for leaving in _bounded_exits(visit):
                proof.outputs.setdefault(name, []).append(leaving.shape)
                if leaving.next is None:
                    outputs.append(leaving.shape)
                    queue.is_approximate |= visit.arrival.approximate
                else:
                    queue.add(leaving.next, visit.arrival.after(name, leaving))
            errors += visit.errors
            if proof.stopped:
                break
    many = len({*outputs}) > MAX_APART
    return Outcome(joined(outputs) if many else union(*outputs), union(*errors), queue.is_approximate or many)


def _bounded_exits(visit: Visit) -> list[Exit]:
    """Return the exits of visit; one that would take too many steps is undecided, and if the proof would, it stops."""
    for ways in (exits, _undecided_exits):
        try:
            with part_budget():
                return list(ways(visit))
        except BudgetSpentError as error:
            if error.is_whole:
                visit.proof.stop(visit.name, visit.arrival, visit.at, str(error))
                break
            provided, required = f"what takes {error} to decide", "what can be decided in fewer"
            visit.report([Problem(visit.at, provided, required, decided=False)])
    return []


def exits(visit: Visit) -> Iterator[Exit]:
    """Yield where the state of visit sends its output, and the shape of the output."""
    spend(STEPS_OF_A_STATE)
    visit.measure("input", visit.arrival.shape)
    kind = KINDS.get(visit.state["Type"])
    undecided = list(_undecided(visit))
    visit.report(undecided)
    if undecided or kind is None:
        return (yield from _undecided_exits(visit))
    if _is_jsonata(visit):
        return (yield from JsonataState(visit, follow).exits())
    return (yield from kind(visit))


def _is_jsonata(visit: Visit) -> bool:
    return bool(visit.state.get("QueryLanguage", visit.proof.language) == "JSONata")


def _undecided(visit: Visit) -> Iterator[Problem]:
    """Yield the constructs that make the whole state undecided."""
    state = visit.state
    if state["Type"] not in KINDS:
        yield Problem("Type", state["Type"], "a type of state that is known", decided=False)
    if not _is_jsonata(visit) and any("Condition" in rule for rule in state.get("Choices", [])):
        yield Problem("QueryLanguage", "JSONata", "JSONPath", decided=False)


def _undecided_exits(visit: Visit) -> Iterator[Exit]:
    """Yield every exit of a state that is undecided; its output is unknown unless a `leaves` contract states it."""
    leaves = visit.proof.mapping.edges(visit.name).leaves
    around = _unknown_variables(visit)
    for machine in inner_machines(visit.state):
        outcome = follow(machine, _unknown_start(visit), visit.proof)
        visit.errors += members(outcome.error)
    if visit.state["Type"] not in ("Choice", "Fail"):
        output = visit.measure("output", leaves.shape if leaves else Unknown())
        yield Exit(visit.state.get("Next"), output, around=around)
    yield from (
        Exit(transition.target, Unknown(), around=around)
        for transition in transitions(visit.state)
        if transition.kind != "next"
    )
    visit.errors.append(visit.proof.mapping.raised(visit.name))


def _unknown_variables(visit: Visit) -> Surroundings:
    """Return the surroundings of a state that is undecided, with the variables that it may set."""
    around, state = visit.arrival.around, visit.state
    variables = around.variables
    for holder in (state, *state.get("Choices", []), *state.get("Catch", [])):
        for name in holder.get("Assign", {}):
            variables = variables.having(name.removesuffix(".$"), Field(Unknown()))
    return replace(around, variables=variables)


def _unknown_start(visit: Visit) -> Arrival:
    """Return the arrival at an inner machine of a state that is undecided."""
    around = visit.arrival.around
    own = Surroundings(Unknown()) if is_distributed(visit.state) else around
    item = Unknown() if visit.state["Type"] == "Map" else around.item
    return visit.arrival.within(visit.name, Unknown(), replace(own, item=item))


def _pass(visit: Visit) -> Iterator[Exit]:
    made = visit.effective()
    yield from visit.leave(written(visit.state["Result"]) if "Result" in visit.state else made)


def _wait(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    for name, required in (("SecondsPath", SECONDS), ("TimestampPath", ANY_ZONE)):
        if name in visit.state:
            visit.check(visit.evaluated(data, visit.state[name], name), required, name)
    yield visit.exit_with(data, data)


def _choice(visit: Visit) -> Iterator[Exit]:
    around = visit.arrival.around
    left: Shape = Scope(visit.selected(visit.arrival.shape, "InputPath"), visit.context, around.variables).shape
    for number, rule in enumerate(visit.state["Choices"]):
        visit.at = f"Choices[{number}]"
        for path, seen in paths_read(left, rule, is_scope=True):
            asked = visit.evaluated_in(scope_from(seen), path, f"Choices[{number}].Variable")
            if is_computed(asked):  # more may follow from it than the checker knows
                visit.arrival = replace(visit.arrival, approximate=True)
        taken, left = split_by_rule(left, rule, is_scope=True)
        if members(taken):
            yield _chosen(visit, f"Choices[{number}]", rule, rule["Next"], scope_from(taken))
    if members(left) and "Default" in visit.state:
        yield _chosen(visit, "Default", visit.state, visit.state["Default"], scope_from(left))
    elif members(left) and visit.proof.mapping.is_given:
        visit.report([Problem("Choices", "a payload that no rule may match", "a Default", decided=False)])


def _chosen(visit: Visit, way: str, holder: dict[str, Any], target: str, scope: Scope) -> Exit:
    """Return the exit by a rule, or by the Default, whose Assign is in holder."""
    visit.proof.taken.add((visit.name, way))
    around = visit.arrival.around.narrowed(scope.context, scope.variables)
    field = "Assign" if holder is visit.state else f"{way}.Assign"
    around = visit.assigned(holder, scope.data, field, around)
    output = visit.measure("output", visit.selected(scope.data, "OutputPath"))
    return Exit(target, output, around=around)


def _succeed(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    yield Exit(None, visit.measure("output", visit.selected(data, "OutputPath")))


def _fail(visit: Visit) -> Iterator[Exit]:
    parts: dict[str, Shape] = {}
    for name in ("Error", "Cause"):
        parts[name] = written(visit.state.get(name, ""))
        if f"{name}Path" in visit.state:
            parts[name] = visit.evaluated(visit.arrival.shape, visit.state[f"{name}Path"], f"{name}Path")
            visit.check(parts[name], Text(0, 32_768), f"{name}Path")
    visit.errors.append(exact_object(**parts))
    yield from ()


def _parallel(visit: Visit) -> Iterator[Exit]:
    data = visit.effective()
    outcomes = [
        follow(branch, visit.arrival.within(visit.name, data), visit.proof) for branch in visit.state["Branches"]
    ]
    visit.join(*outcomes)
    results = tuple(outcome.output for outcome in outcomes)
    if NOTHING not in results:
        yield from visit.leave(Array(results, None, len(results), len(results)))
    yield from visit.catches(union(*(outcome.error for outcome in outcomes)))


def _map(visit: Visit) -> Iterator[Exit]:
    yield from map_exits(visit, follow)


KINDS: dict[str, Callable[[Visit], Iterator[Exit]]] = {
    "Task": task_exits,
    "Pass": _pass,
    "Wait": _wait,
    "Choice": _choice,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
