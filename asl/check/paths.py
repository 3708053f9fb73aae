"""JSONPath in the Amazon States Language: what a path selects from a shape, and what ResultPath makes of one."""

import re
from dataclasses import dataclass, replace

from asl.check.compare import item_at
from asl.check.descriptions import describe
from asl.check.shapes import (
    Array,
    Field,
    Object,
    Shape,
    Unknown,
    exact_object,
    members,
    union,
)
from asl.check.sizes import max_bytes

STEP = re.compile(
    r"""\.([^\s.\[\]'"*?@()]+) | \[(\d+)\] | \['((?:[^'\\]|\\.)*)'\] | \["((?:[^"\\]|\\.)*)"\] | (\[\*\])""", re.VERBOSE
)

Step = str | int
EVERY = -1  # the step [*]
MAX_STEPS = 100
MAX_SHOWN = 300  # characters of a path in a message


class PathError(ValueError):
    """A text is no path, or what the path selects is undecided: it has a filter, a slice or a descent."""


@dataclass(frozen=True)
class Absence:
    """Why a path may select nothing: how far it leads (reached), what is there, and which step is missing (wanted)."""

    reached: str
    there: Shape
    wanted: Step
    optional: bool = False

    @property
    def provided(self) -> str:
        """What is provided at the place that the path reaches."""
        if self.optional:
            return f"`{self.wanted}` at {self.reached}, but not always"
        return f"{describe(self.there)} at {self.reached}"


def parse_path(path: str) -> list[Step]:
    """Return the steps of a path, which starts with `$` or `$$`; raises PathError."""
    rest = path.removeprefix("$").removeprefix("$")
    if not path.startswith("$"):
        raise PathError(f"{path} does not start with $")
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        match = STEP.match(rest, at)
        if match is None:
            raise PathError(f"what {_shortened(path)} selects cannot be decided at `{_shortened(rest[at:])}`")
        name, index, single, double, every = match.groups()
        steps.append(EVERY if every else int(index) if index else name or single or double or "")
        at = match.end()
    if len(steps) > MAX_STEPS:
        raise PathError(f"{_shortened(path)} has {len(steps):,} steps, and {MAX_STEPS} are followed")
    if steps.count(EVERY) > 1:
        raise PathError(f"what {path} selects cannot be decided: it flattens arrays of arrays")
    return steps


def _shortened(path: str) -> str:
    return path if len(path) <= MAX_SHOWN else f"{path[:MAX_SHOWN]}…"


def format_path(steps: list[Step]) -> str:
    """Return steps as a path."""
    return "$" + "".join(
        "[*]" if step == EVERY else f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps
    )


def select(shape: Shape, steps: list[Step], reached: str = "$") -> tuple[Shape, list[Absence]]:
    """Return what steps select from shape, and each reason why they may select nothing."""
    if not steps:
        return shape, []
    found: list[Shape] = []
    absences: list[Absence] = []
    for member in members(shape):
        one, missing = _one_step(member, steps[0], reached)
        absences += missing
        if missing:
            found.append(Unknown())
            continue
        deeper, missing = select(one, steps[1:], extend_path(reached, steps[0]))
        found.append(_each(member, deeper) if steps[0] == EVERY else deeper)
        absences += missing
    return union(*found), absences


def _each(member: Shape, selected: Shape) -> Shape:
    """Return the array of what is selected from each item of member."""
    return Array((), selected, member.low, member.high) if isinstance(member, Array) else selected


def extend_path(reached: str, step: Step) -> str:
    """Return the path reached, with step appended."""
    return reached + format_path([step]).removeprefix("$")


def _one_step(shape: Shape, step: Step, reached: str) -> tuple[Shape, list[Absence]]:
    match shape, step:
        case Unknown(), _:
            return shape, []
        case Object(), str():
            return _property(shape, step, reached)
        case Array(), int() if step == EVERY:
            return union(*shape.prefix, *([shape.items] if shape.items is not None else [])), []
        case Array(), int():
            found = item_at(shape, step)
            sure = found is not None and (step < shape.low)
            return (found, []) if sure and found is not None else (shape, [Absence(reached, shape, step)])
    return shape, [Absence(reached, shape, step)]


def _property(shape: Object, name: str, reached: str) -> tuple[Shape, list[Absence]]:
    found = shape.by_name.get(name)
    if found is None:
        return shape, [Absence(reached, shape, name)]
    return found.shape, [] if found.required else [Absence(reached, shape, name, optional=True)]


def put(shape: Shape, steps: list[Step], value: Shape) -> tuple[Shape, Absence | None]:
    """Return shape with value at steps as ResultPath puts it there, which makes missing objects; or why it cannot."""
    if not steps:
        return value, None
    if not members(shape):
        return shape, None
    made, problems = zip(*(_put_in(member, steps, value) for member in members(shape)), strict=True)
    return union(*made), next((problem for problem in problems if problem), None)


def _put_in(shape: Shape, steps: list[Step], value: Shape) -> tuple[Shape, Absence | None]:
    step = steps[0]
    if isinstance(shape, Unknown):
        return shape, None
    if not isinstance(shape, Object) or not isinstance(step, str):
        return Unknown(), Absence("$", shape, step)
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
