"""The state graph as a picture: `python -m workflow.graph` prints it as Mermaid."""

from collections.abc import Iterator
from typing import Any

from workflow.definition import states_language

INDENT = "    "


def mermaid(definition: dict[str, Any]) -> str:
    """Return a machine in the Amazon States Language as a Mermaid state diagram; caught errors are labelled edges."""
    return "\n".join(["stateDiagram-v2", *(INDENT + line for line in _machine(definition))]) + "\n"


def _machine(definition: dict[str, Any]) -> Iterator[str]:
    yield f"[*] --> {definition['StartAt']}"
    for name, state in definition["States"].items():
        if "Branches" in state:
            yield from _parallel(name, state["Branches"])
        yield from _edges(name, state)


def _parallel(name: str, branches: list[dict[str, Any]]) -> Iterator[str]:
    yield f"state {name} {{"
    for number, branch in enumerate(branches):
        if number:
            yield INDENT + "--"
        yield from (INDENT + line for line in _machine(branch))
    yield "}"


def _edges(name: str, state: dict[str, Any]) -> Iterator[str]:
    if "Next" in state:
        yield f"{name} --> {state['Next']}"
    if state.get("End") or state["Type"] in ("Succeed", "Fail"):
        yield f"{name} --> [*]"
    for choice in state.get("Choices", []):
        yield f"{name} --> {choice['Next']}: {_condition(choice)}"
    if "Default" in state:
        yield f"{name} --> {state['Default']}: otherwise"
    for catcher in state.get("Catch", []):
        yield f"{name} --> {catcher['Next']}: on {', '.join(catcher['ErrorEquals'])}"


def _condition(choice: dict[str, Any]) -> str:
    """Say what a choice rule compares, such as `error.Error StringEquals ImageRejected`."""
    compared = [f"{key} {value}" for key, value in choice.items() if key not in ("Variable", "Next")]
    return f"{choice.get('Variable', '').removeprefix('$.')} {' and '.join(compared)}"


def page() -> str:
    """Return the generated page docs/pipeline.md."""
    return f"# The pipeline\n\nMade from the graph by `make graph`.\n\n```mermaid\n{mermaid(states_language())}```\n"


if __name__ == "__main__":
    print(mermaid(states_language()), end="")
