"""The page docs/pipeline.md: the pipeline as Mermaid; `python -m pages.pipeline` prints it."""

import sys

from asl.command import run_command
from asl.graph.mermaid import mermaid
from workflow.graph import pipeline_graph

HEAD = """\
# The pipeline

Made from the graph by `make docs`. An edge says what leads there, or which contract travels on it; one that begins with "on"
catches an error. [pipeline.svg](pipeline.svg) is the same as a drawing; [workflow.md](workflow.md) says how to get a page to click
through.
"""


def page() -> str:
    """Return the page."""
    return f"{HEAD}\n```mermaid\n{mermaid(pipeline_graph())}```\n"


if __name__ == "__main__":
    sys.exit(run_command("graph", lambda: print(page(), end="")))
