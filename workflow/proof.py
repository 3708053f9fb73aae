"""The proof of the data flow of all state machines; `python -m workflow.proof [--machine NAME] [--json]` prints it.

Exit code 0: proved. 1: findings, or something undecided that is not accepted.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("proof", "workflow.proof"))

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asl.check.mapping import Mapping, parse_mapping
from asl.check.proof_result import Proof
from asl.check.prover import prove as prove_machine
from asl.check.prover import proved
from asl.command import Parser
from workflow import audit_definition, contracts, import_definition
from workflow.definition import states_language
from workflow.mapping import AUDIT_MAPPING, IMPORT_MAPPING, PIPELINE_MAPPING

NAME = "proof"


@dataclass(frozen=True)
class Machine:
    """A state machine of the template: what makes its definition, and which contracts hold on its edges."""

    logical_id: str
    make: Callable[[], dict[str, Any]]
    edges: dict[str, Any]

    def mapping(self, folder: Path = contracts.FOLDER) -> Mapping:
        """Return its mapping, with the contracts in folder."""
        return parse_mapping(self.edges, folder)

    def prove(self) -> Proof:
        """Return the proof of its data flow."""
        return prove_machine(self.make(), self.mapping())

    def proved_definition(self) -> dict[str, Any]:
        """Return it in the Amazon States Language; raises UnprovedDataFlowError if its data flow is not proved."""
        return proved(self.make(), self.mapping())


# The pipeline is looked up at each call, since tests put another one in its place.
PIPELINE: Final = Machine("ProcessingPipeline", lambda: states_language(), PIPELINE_MAPPING)  # noqa: PLW0108 - see above
IMPORT: Final = Machine("ImportPipeline", import_definition.states_language, IMPORT_MAPPING)
AUDIT: Final = Machine("AuditPipeline", audit_definition.states_language, AUDIT_MAPPING)
MACHINES: Final = {machine.logical_id: machine for machine in (PIPELINE, IMPORT, AUDIT)}


def mapping(folder: Path = contracts.FOLDER) -> Mapping:
    """Return the pipeline's mapping with the contracts in folder."""
    return PIPELINE.mapping(folder)


def prove() -> Proof:
    """Return the proof of the pipeline's data flow."""
    return PIPELINE.prove()


def proved_definition() -> dict[str, Any]:
    """Return the pipeline in the Amazon States Language; raises UnprovedDataFlowError if its data flow is not proved."""
    return PIPELINE.proved_definition()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from asl.check.cli import add_output_option, print_proof  # the template needs the proof, and not its reports

    parser = Parser(prog="python -m workflow.proof", description=__doc__)
    parser.add_argument(
        "--machine", choices=MACHINES, default=PIPELINE.logical_id, help="the state machine (%(default)s)"
    )
    add_output_option(parser)
    options = parser.parse_args(arguments)
    return print_proof(NAME, MACHINES[options.machine].prove, to_json=options.json)
