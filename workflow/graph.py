"""The graphs of all state machines as they are drawn, their edges named after the contracts that travel there."""

from asl.graph.model import Graph, graph_of
from workflow.definition import states_language
from workflow.proof import AUDIT, IMPORT, mapping

TITLE = "Processing pipeline"
IMPORT_TITLE = "Import pipeline"
AUDIT_TITLE = "Audit pipeline"


def pipeline_graph() -> Graph:
    """Return the graph of the pipeline."""
    return graph_of(states_language(), mapping(), title=TITLE)


def import_graph() -> Graph:
    """Return the graph of the import pipeline."""
    return graph_of(IMPORT.make(), IMPORT.mapping(), title=IMPORT_TITLE)


def audit_graph() -> Graph:
    """Return the graph of the audit pipeline."""
    return graph_of(AUDIT.make(), AUDIT.mapping(), title=AUDIT_TITLE)
