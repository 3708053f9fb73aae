"""The command `asl-check`, and what other commands that print a proof share with it."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from asl.check.json_schema import UnsupportedSchemaError
from asl.check.mapping import InvalidMappingError, load_mapping
from asl.check.proof_result import Proof
from asl.check.prover import prove
from asl.check.report import as_json, as_text
from asl.command import Parser
from asl.language import InvalidMachineError
from asl.language import load_definition as load_machine
from asl.printable import printable

NAME = "asl-check"
DESCRIPTION = """\
Prove the data flow of a state machine before it is deployed: every state gets what it needs, on every path.
Exit code 0: proved. 1: findings, or something undecided that is not accepted. 2: unusable input.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog=NAME, description=DESCRIPTION)
    parser.add_argument("asl", metavar="ASL.json", help="the machine in the Amazon States Language; - reads stdin")
    parser.add_argument(
        "--contracts", type=Path, metavar="DIR", required=True, help="its contracts, with their mapping.json"
    )
    add_output_option(parser)
    options = parser.parse_args(arguments)
    return print_proof(
        NAME, lambda: prove(load_machine(options.asl), load_mapping(options.contracts)), to_json=options.json
    )


def add_output_option(parser: ArgumentParser) -> None:
    """Add --json to parser."""
    parser.add_argument("--json", action="store_true", help="print the result for tools")


def print_proof(name: str, make: Callable[[], Proof], *, to_json: bool) -> int:
    """Print the proof that make returns, and return the exit code; one line on stderr names unusable input."""
    try:
        proof = make()
    except (InvalidMachineError, InvalidMappingError, UnsupportedSchemaError) as error:
        print(f"{name}: {printable(str(error))}", file=sys.stderr)
        return 2
    except RecursionError:
        print(f"{name}: this is nested too deeply", file=sys.stderr)
        return 2
    print(as_json(proof) if to_json else as_text(proof))
    return 1 if proof.open_findings else 0
