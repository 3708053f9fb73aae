"""The pipeline's graph as it is drawn, its edges named after the contracts that travel there."""

from asl.graph.model import Machine, read
from workflow.definition import states_language
from workflow.proof import mapping

TITLE = "Processing pipeline"


def pipeline_graph() -> Machine:
    """Return the graph of the pipeline."""
    return read(states_language(), mapping(), title=TITLE)
