"""JSONPath in the Amazon States Language: what a path selects from a shape, and what ResultPath makes of one."""

from dataclasses import dataclass, replace

from asl.check.compare import item_at
from asl.check.descriptions import describe
from asl.check.gathering import as_array, gathered
from asl.check.shapes import (
    Anything,
    Array,
    Field,
    Object,
    Shape,
    Unknown,
    exact_object,
    members,
    union,
)
from asl.check.sizes import max_bytes, within_bytes
from asl.check.steps import EVERY, VARIABLES, Selector, Step, format_path, is_definite


@dataclass(frozen=True)
class Absence:
    """Why a path may select nothing: how far it leads (reached), what is there, and which step is missing (wanted)."""

    reached: str
    there: Shape
    wanted: Step
    optional: bool = False
    decided: bool = True
    unstated: bool = False  # whether a service may leave it out, of which no contract says more

    @property
    def provided(self) -> str:
        """What is provided at the place that the path reaches."""
        if self.reached == VARIABLES:
            return f"the variable `${self.wanted}`, which is not set{' on every path' if self.optional else ''}"
        if self.optional:
            return f"`{self.wanted}` at {self.reached}, but not always"
        return f"{describe(self.there)} at {self.reached}"


def select(shape: Shape, steps: list[Step], reached: str = "$") -> tuple[Shape, list[Absence]]:
    """Return what steps select from shape, and each reason why they may select nothing."""
    if not steps:
        return shape, []
    if not is_definite(steps[0]):
        return _gather(shape, steps, reached)
    found: list[Shape] = []
    absences: list[Absence] = []
    for member in members(shape):
        one, missing = _one_step(member, steps[0], reached)
        if missing and not (missing[0].unstated and missing[0].optional):
            found.append(Unknown())
            absences += missing
            continue
        deeper, further = select(one, steps[1:], extend_path(reached, steps[0]))
        found.append(Unknown() if missing else deeper)
        absences += [one for one in further if one.decided] + missing if missing else further
    return union(*found), absences


def _gather(shape: Shape, steps: list[Step], reached: str) -> tuple[Shape, list[Absence]]:
    """Return the array of what steps select, the first of which selects any number of values."""
    step = steps[0]
    is_descent = isinstance(step, Selector) and step.kind == "descent"
    kinds = (Unknown, Array, Object) if is_descent or step == EVERY else (Unknown, Array)
    if wrong := [_absence(reached, member, step) for member in members(shape) if not isinstance(member, kinds)]:
        return Unknown(), wrong
    if shape == Unknown():
        return shape, []
    found = gathered(shape, steps)
    if found.high == 0 and not _is_empty(shape):
        return Unknown(), [Absence(reached, shape, steps[-1], decided=False)]
    return as_array(found, shape, steps), []


def _is_empty(shape: Shape) -> bool:
    return all(isinstance(member, Array) and member.high == 0 for member in members(shape))


def extend_path(reached: str, step: Step) -> str:
    """Return the path reached, with step appended."""
    return reached + format_path([step]).removeprefix("$")


def _absence(reached: str, shape: Shape, step: Step) -> Absence:
    unstated = isinstance(shape, Anything | Array | Object) and shape.unstated
    gathered = isinstance(shape, Array) and shape.gathered
    return Absence(reached, shape, step, decided=not unstated and not gathered, unstated=unstated)


def _one_step(shape: Shape, step: Step, reached: str) -> tuple[Shape, list[Absence]]:
    match shape, step:
        case Unknown(), _:
            return shape, []
        case Object(), str():
            return _property(shape, step, reached)
        case Array(), int():
            found = item_at(shape, step)
            sure = found is not None and (step < shape.low)
            return (
                (_inside(found, shape, 2), [])
                if sure and found is not None
                else (shape, [_absence(reached, shape, step)])
            )
        case Array(), Selector() if -int(step.text) <= shape.low:
            items = union(*shape.prefix, *([shape.items] if shape.items is not None else []))
            return _inside(items, shape, 2), []
    return shape, [_absence(reached, shape, step)]


def _property(shape: Object, name: str, reached: str) -> tuple[Shape, list[Absence]]:
    found = shape.by_name.get(name)
    if found is None:
        open_map = shape.unstated and shape.rest is not None
        return shape, [Absence(reached, shape, name, decided=not open_map, unstated=open_map)]
    around = len(f'{{"{name}":}}')
    if found.required:
        return _inside(found.shape, shape, around), []
    absence = Absence(reached, shape, name, optional=True, decided=not shape.unstated, unstated=shape.unstated)
    return _inside(found.shape, shape, around), [absence]


def _inside(found: Shape, whole: Array | Object, around: int) -> Shape:
    """Return found, which is smaller than what it is in: that has around bytes more, at least."""
    return found if whole.max_bytes is None else within_bytes(found, whole.max_bytes - around)


def put(shape: Shape, steps: list[Step], value: Shape) -> tuple[Shape, Absence | None]:
    """Return shape with value at steps as ResultPath puts it there, which makes missing objects; or why it cannot."""
    if not steps:
        return value, None
    if not members(shape):
        return shape, None
    made, problems = zip(*(_put_in(member, steps, value) for member in members(shape)), strict=True)
    # What is undecided of one alternative hides no error of another.
    return union(*made), max(filter(None, problems), key=lambda problem: problem.decided, default=None)


def _put_in(shape: Shape, steps: list[Step], value: Shape) -> tuple[Shape, Absence | None]:
    step = steps[0]
    if isinstance(shape, Unknown):
        return shape, None
    if not isinstance(shape, Object) or not isinstance(step, str):
        absence = _absence("$", shape, step)
        of_item = isinstance(shape, Array) and isinstance(
            step, int
        )  # no documentation says whether an item is replaced
        return Unknown(), replace(absence, decided=False) if of_item else absence
    known = shape.get(step) or Field(exact_object())
    inner = known.shape if known.required else union(known.shape, exact_object())
    placed, problem = put(inner, steps[1:], value)
    return _grown(shape, step, placed), problem


def _grown(shape: Object, name: str, placed: Shape) -> Object:
    """Return shape with placed as the property name, and with bounds for one more property."""
    size = None if shape.max_bytes is None else max_bytes(exact_object(**{name: placed}))
    return replace(
        shape.having(name, Field(placed)),
        high=None if shape.high is None else shape.high + 1,
        max_bytes=None if shape.max_bytes is None or size is None else shape.max_bytes + size,
    )
