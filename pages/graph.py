"""`python -m pages.graph`: draw the pipeline as asl-graph draws any machine, with its contracts, sizes and permissions.

--execution ARN, or --history FILE, shows on it what an execution did. Exit code 2: unusable input.
"""

import sys

from asl.check.prover import UnprovedDataFlowError
from asl.command import run_command
from asl.graph.cli import draw_own, refused
from asl.graph.details import Known
from asl.graph.sources import Subject
from pages.permissions import state_permissions
from workflow.graph import pipeline_graph
from workflow.proof import prove

NAME = "pages.graph"


def pipeline() -> Subject:
    """Return the pipeline, with what is known of its states."""
    return Subject(pipeline_graph(), lambda: Known(prove(), state_permissions()))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        return draw_own(NAME, __doc__, pipeline, arguments)
    except UnprovedDataFlowError:
        return refused(NAME, "the data flow of the pipeline is not proved: see python -m workflow.proof")


if __name__ == "__main__":
    sys.exit(run_command(NAME, main))
