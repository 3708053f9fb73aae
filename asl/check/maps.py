"""Map states: the items, the input of an iteration, and the result; inline or distributed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from asl.check.context import map_item
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
from asl.check.shapes import (
    NOTHING,
    Anything,
    Array,
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
from asl.check.sizes import LIMIT
from asl.check.surroundings import Surroundings
from asl.check.visit import Visit
from asl.language import inner_machines, is_distributed

Follow = Callable[[dict[str, Any], Arrival, Proof], Outcome]

ARRAYS = Array((), Anything())
# Of a distributed Map; an inline one failed with an object: "Map state input must be an array".
ITEMS = union(ARRAYS, Object((), Anything()))
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
    items = _items(visit, data, make)
    arrays = arrays_of(items)
    iteration = iteration_of(visit, items)
    (machine,) = inner_machines(visit.state)
    given = child_input(visit, _given(iteration, data, value_of(items)), arrays, make)
    outcome = follow(machine, start_of_iteration(iteration, given), visit.proof)
    visit.join(outcome)
    yield from visit.leave(result_of_map(visit, arrays, given, unmarked(outcome.output), make))
    yield from visit.catches(union(*errors_of_map(visit, unmarked(outcome.error))))


def _items(visit: Visit, data: Shape, make: Make) -> Shape:
    """Return what a Map runs over: the items that it reads, or those at ItemsPath."""
    if "ItemReader" in visit.state:
        return items_read(visit, make)
    items = visit.evaluated(data, visit.state.get("ItemsPath", "$"), "ItemsPath")
    visit.check(items, ITEMS if is_distributed(visit.state) else ARRAYS, "ItemsPath")
    return items


def arrays_of(items: Shape) -> list[Array]:
    """Return the arrays that a Map runs over; that of an object has its pairs, of which no page says what one looks like."""
    found = [one for one in members(items) if isinstance(one, Array | Object)]
    return [one if isinstance(one, Array) else _pairs(one) for one in found]


def _pairs(shape: Object) -> Array:
    least = max(shape.least, sum(field.required for _, field in shape.fields))
    return Array((), Unknown(), least, shape.high if shape.rest is not None else len(shape.fields))


def value_of(items: Shape) -> Shape:
    """Return the shape of one of items."""
    parts = [part for array in arrays_of(items) for part in (*array.prefix, array.items) if part is not None]
    return union(*parts) if parts or arrays_of(items) else Unknown()


def iteration_of(visit: Visit, items: Shape) -> Visit:
    """Return the visit with `$$.Map.Item` of one of items, in which ItemSelector is evaluated."""
    is_read = "ItemReader" in visit.state
    item = map_item(value_of(items), _key(visit, items), is_read=is_read)
    return replace(visit, arrival=replace(visit.arrival, around=replace(visit.arrival.around, item=item)))


def _key(visit: Visit, items: Shape) -> Field | None:
    """Return the key of an item: a property of an object has one, and what a reader reads may have one."""
    objects = [one for one in members(items) if isinstance(one, Object)]
    may = "ItemReader" in visit.state or any(isinstance(one, Unknown) for one in members(items))
    if not is_distributed(visit.state) or not (objects or may):
        return None
    names = (
        None if may or any(one.rest for one in objects) else frozenset(name for one in objects for name in one.by_name)
    )
    high = max(map(len, names), default=0) if names is not None else None
    return Field(Text(0, high, values=names), required=len(objects) == len(members(items)))


def start_of_iteration(iteration: Visit, given: Shape) -> Arrival:
    """Return the arrival at the first state of an iteration; a distributed Map starts an execution with its own input."""
    around = Surroundings(given) if is_distributed(iteration.state) else iteration.arrival.around.within()
    return iteration.arrival.within(iteration.name, given, around)


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


def _given(iteration: Visit, data: Shape, one: Shape) -> Shape:
    """Return the input of an iteration: the item, or the result of ItemSelector (or Parameters)."""
    selector = next((name for name in ("ItemSelector", "Parameters") if name in iteration.state), None)
    return one if selector is None else iteration.measure("parameters", iteration.templated(data, selector))
