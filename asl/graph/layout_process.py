"""The program that runs Graphviz: it reads a graph as JSON, and writes Graphviz's JSON with all positions.

It is a process of its own. Nothing else bounds Graphviz, since no number of nodes and lines says how long it takes,
and a limit of processor time ends the process that has it.
"""

import json
import sys
from typing import Any

MAX_SECONDS = 8  # of processor time


def main() -> int:
    """Write the layout of the graph on stdin to stdout; a reason goes to stderr, with exit code 1."""
    _limit_processor_time()
    try:
        sys.stdout.buffer.write(_drawn(json.load(sys.stdin)))
    except (OSError, ValueError) as error:  # pygraphviz has no errors of its own
        print(error, file=sys.stderr)
        return 1
    return 0


def _limit_processor_time() -> None:
    try:
        from resource import RLIMIT_CPU, setrlimit
    except ImportError:  # Windows has no such limit
        return
    setrlimit(RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))


def _drawn(graph: dict[str, Any]) -> bytes:
    from pygraphviz import AGraph

    drawing = AGraph(directed=True, strict=False, **graph["options"])
    for name, attributes in graph["nodes"].items():
        drawing.add_node(name, **attributes)
    for source, target, attributes in graph["lines"]:
        drawing.add_edge(source, target, **attributes)
    drawn: bytes = drawing.draw(format="json", prog="dot")
    return drawn


if __name__ == "__main__":
    sys.exit(main())
