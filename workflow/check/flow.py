"""The proof: a payload's shape followed through a machine, state by state, along every path."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from workflow.check.choices import split, variables
from workflow.check.integrations import SERVICES, Integration, called, lambda_invoke
from workflow.check.proof import Arrival, Exit, Outcome, Proof
from workflow.check.shapes import (
    NOTHING,
    Anything,
    Array,
    Number,
    Reported,
    Shape,
    Text,
    constant,
    made_object,
    members,
    union,
)
from workflow.check.templates import Trouble
from workflow.check.visit import Visit

MOST_SHAPES = 200  # of one state; a loop whose payload keeps changing is not decided
COUNT = Number(integer=True, low=0, high=99_999_999)  # seconds


def follow(machine: dict[str, Any], start: Arrival, proof: Proof, item: Shape | None = None) -> Outcome:
    """Follow start through machine along every path, and return what it may end with; proof takes down the gaps."""
    outputs: list[Shape] = []
    errors: list[Shape] = []
    waiting = deque([(str(machine["StartAt"]), start)])
    seen: dict[str, set[Shape]] = {}
    while waiting:
        name, arrival = waiting.popleft()
        if not _is_new(name, arrival, seen.setdefault(name, set()), proof):
            continue
        visit = Visit(name, machine["States"][name], arrival, proof, item)
        for leaving in exits(visit):
            proof.leavings.setdefault(name, []).append(leaving.shape)
            if leaving.next is None:
                outputs.append(leaving.shape)
            else:
                waiting.append((leaving.next, arrival.after(name, leaving)))
        errors += visit.errors
    return Outcome(union(*outputs), union(*errors))


def _is_new(name: str, arrival: Arrival, known: set[Shape], proof: Proof) -> bool:
    """Tell whether the shape comes to the state for the first time, and note it."""
    if arrival.shape in known or arrival.shape == NOTHING:
        return False
    if len(known) >= MOST_SHAPES:
        settled = Trouble("Next", "a payload that changes each time round", "a loop that settles", decided=False)
        proof.report(name, arrival, [settled])
        return False
    known.add(arrival.shape)
    proof.arrivals.setdefault(name, []).append(arrival.shape)
    return True


def exits(visit: Visit) -> Iterator[Exit]:
    """Yield where the payload goes from the state of visit, and in what shape."""
    visit.measure("input", visit.arrival.shape)
    if visit.state.get("QueryLanguage", "JSONPath") != "JSONPath":
        return visit.tell([Trouble("QueryLanguage", "JSONata", "JSONPath", decided=False)])
    if "Assign" in visit.state:
        visit.tell([Trouble("Assign", "variables", "no variables", decided=False)])
    kind = KINDS.get(visit.state["Type"])
    if kind is None:
        return visit.tell([Trouble("Type", visit.state["Type"], "a type of state that is known", decided=False)])
    return (yield from kind(visit))


def _task(visit: Visit) -> Iterator[Exit]:
    for name in ("TimeoutSecondsPath", "HeartbeatSecondsPath"):
        if name in visit.state:
            visit.fits(visit.evaluated(visit.arrival.shape, visit.state[name], name), COUNT, name)
    yield from visit.leave(_answer(visit, visit.effective()))
    yield from visit.catches(visit.proof.mapping.raised(visit.name))


def _answer(visit: Visit, parameters: Shape) -> Shape:
    """Return what the task answers, after checking that it gets what it takes."""
    call, edges = called(visit.state["Resource"]), visit.proof.mapping.edges(visit.name)
    gives = edges.gives.shape if edges.gives else Reported()
    direct = call == "lambda" or (call is not None and not call.startswith("lambda:invoke") and call not in SERVICES)
    if edges.gives is None and (direct or call is None or call.startswith("lambda:invoke")):
        visit.tell([Trouble("Resource", "a task without contracts", "contracts in the mapping", decided=False)])
    if direct or call is None:
        visit.keeps(parameters, edges.takes, "Parameters")
        return gives
    return _integrated(visit, parameters, SERVICES.get(call) or lambda_invoke(gives))


def _integrated(visit: Visit, parameters: Shape, integration: Integration) -> Shape:
    template = visit.state.get("Parameters", {})
    visit.fits(parameters, integration.takes(template), "Parameters")
    edges = visit.proof.mapping.edges(visit.name)
    visit.keeps(_property(parameters, "Payload"), edges.takes, "Parameters", "Payload")
    visit.keeps(_property(parameters, "Message"), edges.says, "Parameters", "Message")
    return integration.answers(template)


def _property(shape: Shape, name: str) -> Shape:
    """Return what shape holds under name: an empty object if nothing."""
    from workflow.check.shapes import Object

    found = [field.shape for one in members(shape) if isinstance(one, Object) and (field := one.get(name)) is not None]
    return union(*found) if found else made_object()


def _pass(visit: Visit) -> Iterator[Exit]:
    made = visit.effective()
    yield from visit.leave(constant(visit.state["Result"]) if "Result" in visit.state else made)


def _wait(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    for name, needed in (("SecondsPath", COUNT), ("TimestampPath", Text(1, 64))):
        if name in visit.state:
            visit.fits(visit.evaluated(data, visit.state[name], name), needed, name)
    yield visit.way_on(data)


def _choice(visit: Visit) -> Iterator[Exit]:
    left = visit.selected(visit.arrival.shape, "InputPath")
    for number, rule in enumerate(visit.state["Choices"]):
        for path in variables(rule):
            visit.evaluated(left, path, f"Choices[{number}].Variable")
        taken, left = split(left, rule)
        if members(taken):
            yield Exit(rule["Next"], visit.measure("output", visit.selected(taken, "OutputPath")))
    if "Default" in visit.state and members(left):
        yield Exit(visit.state["Default"], visit.measure("output", visit.selected(left, "OutputPath")))
    elif members(left):
        visit.tell([Trouble("Choices", "a payload that no rule may match", "a Default", decided=False)])


def _succeed(visit: Visit) -> Iterator[Exit]:
    data = visit.selected(visit.arrival.shape, "InputPath")
    yield Exit(None, visit.measure("output", visit.selected(data, "OutputPath")))


def _fail(visit: Visit) -> Iterator[Exit]:
    parts: dict[str, Shape] = {}
    for name in ("Error", "Cause"):
        parts[name] = constant(visit.state.get(name, ""))
        if f"{name}Path" in visit.state:
            parts[name] = visit.evaluated(visit.arrival.shape, visit.state[f"{name}Path"], f"{name}Path")
            visit.fits(parts[name], Text(0, 32_768), f"{name}Path")
    visit.errors.append(made_object(**parts))
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
    visit.fits(items, Array((), Anything()), "ItemsPath")
    one = union(
        *(item for array in members(items) if isinstance(array, Array) for item in (*array.prefix, array.items) if item)
    )
    given = _item(visit, data, one)
    machine = visit.state.get("ItemProcessor") or visit.state["Iterator"]
    outcome = follow(machine, visit.arrival.within(visit.name, given), visit.proof, one)
    lengths = [(array.low, array.high) for array in members(items) if isinstance(array, Array)]
    highs = [high for _, high in lengths]
    most = None if None in highs else max((high or 0 for high in highs), default=0)
    yield from visit.leave(Array((), outcome.output, min((low for low, _ in lengths), default=0), most))
    yield from visit.catches(outcome.error)


def _item(visit: Visit, data: Shape, one: Shape) -> Shape:
    """Return what one iteration starts with: the item, or what ItemSelector (or Parameters) makes."""
    selector = next((name for name in ("ItemSelector", "Parameters") if name in visit.state), None)
    if selector is None:
        return one
    iteration = Visit(visit.name, visit.state, visit.arrival, visit.proof, one)
    return visit.measure("parameters", iteration.templated(data, selector))


KINDS: dict[str, Callable[[Visit], Iterator[Exit]]] = {
    "Task": _task,
    "Pass": _pass,
    "Wait": _wait,
    "Choice": _choice,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
