"""Map states: the items, the input of an iteration, and the result; inline or distributed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from asl.check.distributed import (
    Make,
    child_input,
    items_read,
    json_path,
    most_results,
    writes_elsewhere,
    written_result,
)
from asl.check.lengths import unmarked
from asl.check.proof_result import Arrival, Exit, Outcome, Proof
from asl.check.shapes import NOTHING, Anything, Array, Number, Shape, Text, Unknown, exact_object, members, union
from asl.check.sizes import LIMIT
from asl.check.surroundings import Surroundings
from asl.check.visit import Visit
from asl.language import inner_machines, is_distributed

Follow = Callable[[dict[str, Any], Arrival, Proof], Outcome]

COUNT = Number(integer=True, low=0, high=2**31 - 1)
COUNT_PATHS: dict[str, Shape] = {
    "MaxConcurrencyPath": COUNT,
    "ToleratedFailureCountPath": COUNT,
    "ToleratedFailurePercentagePath": Number(low=0, high=100),
}
CAUSE = Text(0, 32_768)
TOLERATED = exact_object(Error=Text(values=frozenset({"States.ExceedToleratedFailureThreshold"})), Cause=CAUSE)
UNREAD = exact_object(Error=Text(values=frozenset({"States.ItemReaderFailed"})), Cause=CAUSE)
UNWRITTEN = exact_object(Error=Text(values=frozenset({"States.ResultWriterFailed"})), Cause=CAUSE)


def map_exits(visit: Visit, follow: Follow) -> Iterator[Exit]:
    """Yield the exits of a Map; follow follows the machine that it runs for each item."""
    data = visit.selected(visit.arrival.shape, "InputPath")
    for name, required in COUNT_PATHS.items():
        visit.check_path(name, required)
    make = json_path(visit, data)
    arrays = _arrays(visit, data, make)
    one = union(*(item for array in arrays for item in (*array.prefix, array.items) if item)) if arrays else Unknown()
    (machine,) = inner_machines(visit.state)
    given = child_input(visit, _item(visit, data, one), arrays, make)
    outcome = follow(machine, start_of_iteration(visit, given, one), visit.proof)
    visit.join(outcome)
    yield from visit.leave(result_of_map(visit, arrays, given, unmarked(outcome.output), make))
    yield from visit.catches(union(*errors_of_map(visit, unmarked(outcome.error))))


def _arrays(visit: Visit, data: Shape, make: Make) -> list[Array]:
    """Return the arrays that the Map may run over."""
    if "ItemReader" in visit.state:
        items = items_read(visit, make)
    else:
        items = visit.evaluated(data, visit.state.get("ItemsPath", "$"), "ItemsPath")
        visit.check(items, Array((), Anything()), "ItemsPath")
    return [array for array in members(items) if isinstance(array, Array)]


def start_of_iteration(visit: Visit, given: Shape, one: Shape) -> Arrival:
    """Return the arrival at the first state of an iteration; a distributed Map starts an execution with its own input."""
    distributed = is_distributed(visit.state)
    around = Surroundings(given) if distributed else replace(visit.arrival.around.within(), item=one)
    return visit.arrival.within(visit.name, given, around)


def result_of_map(visit: Visit, arrays: list[Array], given: Shape, output: Shape, make: Make) -> Shape:
    """Return the result of a Map over arrays; make makes the templates of ResultWriter.

    The iterations get given and end with output.
    """
    if writes_elsewhere(visit.state):
        return written_result(visit, make)
    if not arrays:
        return Unknown()
    if "ItemReader" in visit.state:  # how many items there are is not known
        visit.warn("ItemReader", "results of any number of items in the payload", "a ResultWriter, or MaxItems")
        return Array((), output, 0, arrays[0].high, max_bytes=LIMIT)
    if output == NOTHING:  # no iteration ends, so that only a Map over nothing does, or one that tolerates it
        empty = [array for array in arrays if _fewest_results(visit.state, array) == 0]
        return union(*(Array((), None, 0, 0) for _ in empty))
    return union(
        *(Array((), output, _fewest_results(visit.state, one), most_results(visit.state, one, given)) for one in arrays)
    )


def _fewest_results(state: dict[str, Any], items: Array) -> int:
    """Return how many results there are at least: a batch has one, and an iteration whose failure is tolerated has none."""
    if any(name.startswith("ToleratedFailure") for name in state):
        return 0
    return min(items.low, 1) if "ItemBatcher" in state else items.low


def errors_of_map(visit: Visit, inner: Shape) -> Iterator[Shape]:
    """Yield the errors of a Map: those of its iterations, and those of its own."""
    tolerant = any(name.startswith("ToleratedFailure") for name in visit.state)
    if inner != NOTHING and is_distributed(visit.state):
        yield TOLERATED
    if not tolerant:
        yield inner
    if "ItemReader" in visit.state:
        yield UNREAD
    if "ResultWriter" in visit.state:
        yield UNWRITTEN


def _item(visit: Visit, data: Shape, one: Shape) -> Shape:
    """Return the input of an iteration: the item, or the result of ItemSelector (or Parameters)."""
    selector = next((name for name in ("ItemSelector", "Parameters") if name in visit.state), None)
    if selector is None:
        return one
    arrival = replace(visit.arrival, around=replace(visit.arrival.around, item=one))
    iteration = Visit(visit.name, visit.state, arrival, visit.proof)
    return visit.measure("parameters", iteration.templated(data, selector))
