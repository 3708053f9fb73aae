"""`python -m pages.graph`: draw the pipeline as asl-graph draws any machine, with its contracts, sizes and permissions.

--execution ARN, or --history FILE, shows on it what an execution did. Exit code 2: unusable input.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("pages.graph", "pages.graph"))


from asl.check.prover import UnprovedDataFlowError
from asl.graph.cli import draw_default, print_error
from asl.graph.details import Facts
from asl.graph.sources import Subject
from pages.permissions import state_permissions
from workflow.definition import states_language
from workflow.graph import pipeline_graph
from workflow.proof import prove

NAME = "pages.graph"


def pipeline() -> Subject:
    """Return the pipeline, with its proof and the permissions of its states."""
    return Subject(states_language(), pipeline_graph(), lambda: Facts(prove(), state_permissions()))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        return draw_default(NAME, __doc__, pipeline, arguments)
    except UnprovedDataFlowError:
        return print_error(NAME, "the data flow of the pipeline is not proved: see python -m workflow.proof")
