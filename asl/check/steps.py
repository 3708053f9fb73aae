"""The steps of a path in JSONPath, as the library reads it that Step Functions uses (Jayway's)."""

import re
from dataclasses import dataclass

from asl.check.placeholders import has_placeholder

QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
STEP = re.compile(
    rf"""\.([^\s.\[\]'"*?@()]+)  # a name
    | \.?\[\s*(\d{{1,9}})\s*\]  # no array has an index of more digits
    | \.?\[\s*({QUOTED})\s*\]
    | (\.?\[\s*\*\s*\] | \.\*)
    | \.\.([^\s.\[\]'"*?@()]+ | \[\s*(?:{QUOTED})\s*\])
    | \.?\[\s*(-?\d*\s*:\s*-?\d*)\s*\]
    | \.?\[\s*(\d+(?:\s*,\s*\d+)+)\s*\]
    | (\.?\[\s*\?\s*\((?:[^()'"]|{QUOTED}|\((?:[^()'"]|{QUOTED})*\))*\)\s*\])
    | \.?\[\s*(-\d{{1,9}})\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Selector:
    """A step that selects any number of values, or an item from the end."""

    kind: str  # "descent", "slice", "several", "filter" or "last"
    text: str  # the name of a descent, or what is in the brackets

    def __str__(self) -> str:
        """Return the step as it is written in a path."""
        return f"..{self.text}" if self.kind == "descent" else f"[{self.text}]"


Step = str | int | Selector
DATA, CONTEXT, VARIABLES = "$", "$$", "="  # the roots of paths: the data, the context object and the variables
VARIABLE_PATH = re.compile(r"\$([^\W\d]\w*)")
EVERY = -1  # the step [*]
MAX_STEPS = 100
MAX_SHOWN = 300  # characters of a path in a message


class PathError(ValueError):
    """A text is no path, or what the path selects is undecided."""

    is_refused = False


class MalformedPathError(PathError):
    """A text is certainly no path: Step Functions refuses it."""

    is_refused = True


def is_definite(step: Step) -> bool:
    """Return whether step selects one value at most."""
    return step != EVERY and (not isinstance(step, Selector) or step.kind == "last")


def parse_path(path: str) -> list[Step]:
    """Return the steps of a path, which starts with `$` or `$$`; raises PathError."""
    if has_placeholder(path):
        raise PathError(f"what {_shortened(path)} selects depends on what replaces its placeholder")
    rest = path.strip().removeprefix("$").removeprefix("$")
    if not path.startswith("$"):
        raise PathError(f"{path} does not start with $")
    if rest.endswith("."):
        raise MalformedPathError(f"{_shortened(path)}, which ends with a dot")
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        match = STEP.match(rest, at)
        if match is None:
            raise PathError(f"what {_shortened(path)} selects cannot be decided at `{_shortened(rest[at:])}`")
        steps.append(_step(match))
        at = match.end()
    if len(steps) > MAX_STEPS:
        raise PathError(f"{_shortened(path)} has {len(steps):,} steps, and {MAX_STEPS} are followed")
    return steps


def parse_rooted(path: str) -> tuple[str, list[Step]]:
    """Return the root that path starts at and its steps from there; a variable's name is the first step. Raises PathError."""
    if match := VARIABLE_PATH.match(path):
        return VARIABLES, [match[1], *parse_path(f"${path[match.end() :]}")]
    return CONTEXT if path.startswith(CONTEXT) else DATA, parse_path(path)


def _step(match: re.Match[str]) -> Step:
    name, index, quoted, every, descent, part, several, condition, last = match.groups()
    if every:
        return EVERY
    if index:
        return int(index)
    if name:
        return name
    if quoted is not None:
        return _unquoted(quoted)
    if descent:
        return Selector("descent", _unquoted(descent[1:-1].strip()) if descent.startswith("[") else descent)
    kinds = {"slice": part, "several": several, "filter": condition and condition.lstrip(".")[1:-1], "last": last}
    kind, text = next((kind, text) for kind, text in kinds.items() if text)
    return Selector(kind, text)


def _unquoted(text: str) -> str:
    """Return a name in quotes; a backslash escapes itself and the quote around the name, as AWS was seen to have it."""
    return re.sub(rf"\\([\\{text[0]}])", r"\1", text[1:-1])


def _shortened(path: str) -> str:
    return path if len(path) <= MAX_SHOWN else f"{path[:MAX_SHOWN]}…"


def format_path(steps: list[Step]) -> str:
    """Return steps as a path."""
    return "$" + "".join(map(_written, steps))


def _written(step: Step) -> str:
    if isinstance(step, Selector):
        return str(step)
    if isinstance(step, int):
        return "[*]" if step == EVERY else f"[{step}]"
    return f".{step}" if STEP.fullmatch(f".{step}") else f"['{step}']"
