"""The flow of payloads: the shape of a payload is followed through a machine, state by state, along every path."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asl.check.budget import BudgetSpentError, part_budget, spend
from asl.check.choices import paths_read, split_by_rule
from asl.check.context import ANY_ZONE
from asl.check.proof_result import Arrival, Exit, Outcome, Proof
from asl.check.shapes import (
    NOTHING,
    Anything,
    Array,
    Number,
    Shape,
    Text,
    Unknown,
    constant,
    depth,
    exact_object,
    members,
    union,
)
from asl.check.tasks import task_exits
from asl.check.templates import Problem
from asl.check.visit import Visit
from asl.language import inner_machines, transitions

# Of the payloads of one state: beyond these, a loop whose payload keeps changing is undecided.
MAX_SHAPES = 200
STEPS_OF_A_STATE = 50  # what it takes besides what is counted where it is done
MAX_NESTING = 10  # levels more than the first payload
SECONDS = Number(integer=True, low=0, high=99_999_999)
# Only a distributed Map has these: items or results are outside of the payload, in batches, or may be missing.
DISTRIBUTED_MAP_FIELDS = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    *(f"ToleratedFailure{name}" for name in ("Count", "CountPath", "Percentage", "PercentagePath")),
)


def follow(machine: dict[str, Any], start: Arrival, proof: Proof, item: Shape | None = None) -> Outcome:
    """Follow start through machine along every path and return what the machine may end with; findings go to proof."""
    outputs: list[Shape] = []
    errors: list[Shape] = []
    waiting = deque([(str(machine["StartAt"]), start)])
    seen: dict[str, _Known] = {}
    while waiting:
        name, arrival = waiting.popleft()
        if not _is_new(name, arrival, seen.setdefault(name, _Known()), proof):
            continue
        visit = Visit(name, machine["States"][name], arrival, proof, item)
        for leaving in _bounded_exits(visit):
            proof.outputs.setdefault(name, []).append(leaving.shape)
            if leaving.next is None:
                outputs.append(leaving.shape)
            else:
                waiting.append((leaving.next, arrival.after(name, leaving)))
        errors += visit.errors
        if proof.stopped:
            break
    return Outcome(union(*outputs), union(*errors))


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


@dataclass
class _Known:
    """The shapes that a state got so far, and how deep the flattest one is nested."""

    shapes: set[Shape] = field(default_factory=set)
    least: int = sys.maxsize


def _is_new(name: str, arrival: Arrival, known: _Known, proof: Proof) -> bool:
    """Return True if the state gets this shape for the first time, and record it; report a loop whose payload never stops changing."""
    if arrival.shape in known.shapes or arrival.shape == NOTHING:
        return False
    known.least = min(known.least, deep := depth(arrival.shape))
    if len(known.shapes) >= MAX_SHAPES or deep > MAX_NESTING + known.least:
        unstable = Problem(
            "Next", "a payload that changes in each round", "a loop whose payload stops changing", decided=False
        )
        proof.report(name, arrival, [unstable])
        return False
    known.shapes.add(arrival.shape)
    proof.inputs.setdefault(name, []).append(arrival.shape)
    return True


def exits(visit: Visit) -> Iterator[Exit]:
    """Yield where the state of visit sends its output, and the shape of the output."""
    spend(STEPS_OF_A_STATE)
    visit.measure("input", visit.arrival.shape)
    kind = KINDS.get(visit.state["Type"])
    undecided = list(_undecided(visit))
    visit.report(undecided)
    if any(problem.field != "Assign" for problem in undecided) or kind is None:
        return (yield from _undecided_exits(visit))
    return (yield from kind(visit))


def _undecided(visit: Visit) -> Iterator[Problem]:
    """Yield the constructs that make the whole state undecided."""
    state = visit.state
    if state["Type"] not in KINDS:
        yield Problem("Type", state["Type"], "a type of state that is known", decided=False)
    rules = state.get("Choices", [])
    if state.get("QueryLanguage", visit.proof.language) != "JSONPath" or any("Condition" in rule for rule in rules):
        yield Problem("QueryLanguage", "JSONata", "JSONPath", decided=False)
    if any("Assign" in one for one in (state, *rules, *state.get("Catch", []))):
        yield Problem("Assign", "variables", "no variables", decided=False)
    for name in DISTRIBUTED_MAP_FIELDS:
        if name in state:
            yield Problem(name, "a distributed Map", "a Map of what the payload holds", decided=False)


def _undecided_exits(visit: Visit) -> Iterator[Exit]:
    """Yield every exit of a state that is undecided; its output is unknown unless a `leaves` contract states it."""
    leaves = visit.proof.mapping.edges(visit.name).leaves
    for machine in inner_machines(visit.state):
        outcome = follow(machine, visit.arrival.within(visit.name, Unknown()), visit.proof, Unknown())
        visit.errors += members(outcome.error)
    if visit.state["Type"] not in ("Choice", "Fail"):
        yield Exit(visit.state.get("Next"), visit.measure("output", leaves.shape if leaves else Unknown()))
    yield from (
        Exit(transition.target, Unknown()) for transition in transitions(visit.state) if transition.kind != "next"
    )
    visit.errors.append(visit.proof.mapping.raised(visit.name))


def _pass(visit: Visit) -> Iterator[Exit]:
    made = visit.effective()
    yield from visit.leave(constant(visit.state["Result"]) if "Result" in visit.state else made)


def _wait(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    for name, required in (("SecondsPath", SECONDS), ("TimestampPath", ANY_ZONE)):
        if name in visit.state:
            visit.check(visit.evaluated(data, visit.state[name], name), required, name)
    yield visit.exit_with(data)


def _choice(visit: Visit) -> Iterator[Exit]:
    left = visit.selected(visit.arrival.shape, "InputPath")
    for number, rule in enumerate(visit.state["Choices"]):
        visit.at = f"Choices[{number}]"
        for path, seen in paths_read(left, rule):
            visit.evaluated(seen, path, f"Choices[{number}].Variable")
        taken, left = split_by_rule(left, rule)
        if members(taken):
            yield Exit(rule["Next"], visit.measure("output", visit.selected(taken, "OutputPath")))
    if "Default" in visit.state and members(left):
        yield Exit(visit.state["Default"], visit.measure("output", visit.selected(left, "OutputPath")))
    elif members(left):
        visit.report([Problem("Choices", "a payload that no rule may match", "a Default", decided=False)])


def _succeed(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    yield Exit(None, visit.measure("output", visit.selected(data, "OutputPath")))


def _fail(visit: Visit) -> Iterator[Exit]:
    parts: dict[str, Shape] = {}
    for name in ("Error", "Cause"):
        parts[name] = constant(visit.state.get(name, ""))
        if f"{name}Path" in visit.state:
            parts[name] = visit.evaluated(visit.arrival.shape, visit.state[f"{name}Path"], f"{name}Path")
            visit.check(parts[name], Text(0, 32_768), f"{name}Path")
    visit.errors.append(exact_object(**parts))
    yield from ()


def _parallel(visit: Visit) -> Iterator[Exit]:
    data = visit.effective()
    outcomes = [
        follow(branch, visit.arrival.within(visit.name, data), visit.proof, visit.item)
        for branch in visit.state["Branches"]
    ]
    results = tuple(outcome.output for outcome in outcomes)
    if NOTHING not in results:
        yield from visit.leave(Array(results, None, len(results), len(results)))
    yield from visit.catches(union(*(outcome.error for outcome in outcomes)))


def _map(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    items = visit.evaluated(data, visit.state.get("ItemsPath", "$"), "ItemsPath")
    visit.check(items, Array((), Anything()), "ItemsPath")
    arrays = [array for array in members(items) if isinstance(array, Array)]
    one = union(*(item for array in arrays for item in (*array.prefix, array.items) if item)) if arrays else Unknown()
    given = _item(visit, data, one)
    (machine,) = inner_machines(visit.state)
    outcome = follow(machine, visit.arrival.within(visit.name, given), visit.proof, one)
    results = [Array((), outcome.output, array.low, array.high) for array in arrays]
    yield from visit.leave(union(*results) if arrays else Unknown())
    yield from visit.catches(outcome.error)


def _item(visit: Visit, data: Shape, one: Shape) -> Shape:
    """Return the input of an iteration: the item, or the result of ItemSelector (or Parameters)."""
    selector = next((name for name in ("ItemSelector", "Parameters") if name in visit.state), None)
    if selector is None:
        return one
    iteration = Visit(visit.name, visit.state, visit.arrival, visit.proof, one)
    return visit.measure("parameters", iteration.templated(data, selector))


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
