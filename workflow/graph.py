"""The pipeline's graph as it is drawn, its edges named after the contracts that travel there."""

from asl.graph.model import Graph, graph_of
from workflow.definition import states_language
from workflow.proof import mapping

TITLE = "Processing pipeline"


def pipeline_graph() -> Graph:
    """Return the graph of the pipeline."""
    return graph_of(states_language(), mapping(), title=TITLE)
