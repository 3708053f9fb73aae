"""The proof of the pipeline's data flow; `python -m workflow.proof [--json]` prints it.

Exit code 0: proved. 1: findings, or something undecided.
"""

import sys
from pathlib import Path
from typing import Any

from asl.check.mapping import Mapping, parse_mapping
from asl.check.proof_result import Proof
from asl.check.prover import prove as prove_machine
from asl.check.prover import proved
from asl.command import Parser, run_command
from workflow import contracts
from workflow.definition import states_language
from workflow.mapping import PIPELINE_MAPPING

NAME = "proof"


def mapping(folder: Path = contracts.FOLDER) -> Mapping:
    """Return the pipeline's mapping with the contracts in folder."""
    return parse_mapping(PIPELINE_MAPPING, folder)


def prove() -> Proof:
    """Return the proof of the pipeline's data flow."""
    return prove_machine(states_language(), mapping())


def proved_definition() -> dict[str, Any]:
    """Return the pipeline in the Amazon States Language; raises UnprovedDataFlowError if its data flow is not proved."""
    return proved(states_language(), mapping())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from asl.check.cli import add_output_option, print_proof  # the template needs the proof, and not its reports

    parser = Parser(prog="python -m workflow.proof", description=__doc__)
    add_output_option(parser)
    options = parser.parse_args(arguments)
    return print_proof(NAME, prove, to_json=options.json)


if __name__ == "__main__":
    sys.exit(run_command(NAME, main))
