"""The graph as a Mermaid state diagram, which GitHub draws as it is."""

import re
from collections.abc import Iterator

from workflow.graph.model import END, START, Edge, Machine

INDENT = "    "
PLAIN = re.compile(r"[A-Za-z_]\w*")
KEYWORDS = {"state", "note", "end", "direction", "as", "class", "style"}  # Mermaid's
# What Mermaid would take for its own in a label or a name, and the codes with which it shows them.
CODES = str.maketrans({character: f"#{ord(character)};" for character in ':;#"<>{}'} | {"\n": " "})
ENDINGS = ("Succeed", "Fail")


def mermaid(machine: Machine) -> str:
    """Return the diagram: edges that catch errors begin with "on", those that nothing brings about name a contract."""
    return "\n".join(["stateDiagram-v2", *(INDENT + line for line in _machine(machine, _names(machine)))]) + "\n"


def _names(machine: Machine) -> dict[str, str]:
    """Return what each node is called in the diagram: by its name where Mermaid can read that."""
    found: dict[str, str] = {}
    for number, node in enumerate(machine.all_nodes()):
        plain = PLAIN.fullmatch(node.name) and node.name.lower() not in KEYWORDS and node.name not in found.values()
        found[node.key] = "[*]" if node.kind in (START, END) else node.name if plain else f"s{number}"
    return found


def _machine(machine: Machine, names: dict[str, str]) -> Iterator[str]:
    for node in machine.nodes:
        name = names[node.key]
        if name not in ("[*]", node.name):
            yield f'state "{node.name.translate(CODES)}" as {name}'
        if node.notes and not node.machines:
            yield from (f"{name}: {line.translate(CODES)}" for line in (node.name, *node.notes))
        if node.machines:
            yield f"state {name} {{"
            yield from _branches(node.machines, names)
            yield "}"
    yield from (_edge(edge, names) for edge in machine.edges)
    yield from (f"{names[node.key]} --> [*]" for node in machine.nodes if node.kind in ENDINGS)


def _branches(machines: tuple[Machine, ...], names: dict[str, str]) -> Iterator[str]:
    for number, machine in enumerate(machines):
        yield from ([f"{INDENT}--"] if number else [])
        yield from (INDENT + line for line in _machine(machine, names))


def _edge(edge: Edge, names: dict[str, str]) -> str:
    label = _label(edge).translate(CODES)
    return f"{names[edge.source]} --> {names[edge.target]}{f': {label}' if label else ''}"


def _label(edge: Edge) -> str:
    if edge.kind == "catch":
        return f"on {', '.join(edge.labels)}"
    return " or ".join(edge.labels) or edge.contract or ""
