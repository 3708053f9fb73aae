"""The page docs/contracts.md: every contract with an example, and every state with what arrives, leaves, and how large."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from asl.check.descriptions import describe
from asl.check.dialect import shape_of
from asl.check.proof import Proof
from asl.check.shapes import Object, Shape, members
from asl.check.sizes import LIMIT
from asl.command import run_command
from pages.markdown import code, table
from workflow import contracts
from workflow.mapping import DEFINITIONS
from workflow.proof import prove


def page() -> str:
    """Return the page."""
    return "\n".join([*_head(), *_states(), *_contracts()]) + "\n"


def _head() -> Iterator[str]:
    yield "# The contracts"
    yield ""
    yield "Made from `workflow/contracts/` and the proof by `make docs`. How to prove a machine of your own stands in"
    yield "[check.md](check.md)."
    yield ""


def _states() -> Iterator[str]:
    proof = prove()
    yield "## What travels through the states"
    yield ""
    yield "The fields of the payload on arrival and on leaving (a field that is there on some paths only in brackets), and"
    yield f"the largest payload that any path can bring about there, in bytes; Step Functions allows {LIMIT:,}."
    yield ""
    rows = [
        (
            code(state),
            _fields(proof.inputs.get(state, [])),
            _fields(proof.outputs.get(state, [])),
            f"{_largest(proof, state):,}",
        )
        for state in proof.sizes
    ]
    yield table(["state", "arrives", "leaves", "largest"], rows, right=["largest"])
    yield ""


def _fields(shapes: list[Shape]) -> str:
    """Return the names of the top-level fields of shapes, in brackets those that not every shape has for certain."""
    objects = [one for shape in shapes for one in members(shape) if isinstance(one, Object)]
    names = dict.fromkeys(name for one in objects for name, _ in one.fields)
    certain = {name for name in names if all((field := one.get(name)) and field.required for one in objects)}
    return " ".join(f"`{name}`" if name in certain else f"(`{name}`)" for name in names)


def _largest(proof: Proof, state: str) -> int:
    return max(size for size in proof.sizes[state].values() if size is not None)


def _contracts() -> Iterator[str]:
    yield "## The payloads"
    for name in contracts.names():
        if name != DEFINITIONS:
            yield from _contract(name, contracts.resolved(name))


def _contract(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"### {schema['title']}"
    yield ""
    yield f"[`{name}.json`](../workflow/contracts/{name}.json): {schema['description']}"
    yield ""
    rows = [row for one in schema.get("anyOf", [schema]) for row in _rows(one, "")]
    yield table(["field", "", "what it is"], rows)
    yield ""
    yield "```json"
    yield json.dumps(schema["examples"][0], indent=2, ensure_ascii=False)
    yield "```"


def _rows(schema: dict[str, Any], above: str) -> Iterator[tuple[str, str, str]]:
    for name, one in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", []) else "optional, "
        kind = describe(shape_of(one)) if "properties" not in one else "an object"
        yield code(above + name), f"{optional}{kind}", one.get("description", "")
        yield from _rows(one, f"{above}{name}.")


if __name__ == "__main__":
    sys.exit(run_command("contracts", lambda: print(page(), end="")))
