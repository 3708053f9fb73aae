"""`python -m asl.check [ASL.json] [--contracts DIR]`: prove a state machine's data flow before it is deployed.

Exit code 0: proved. 1: gaps, or something that cannot be decided and is not accepted. 2: unusable input.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from asl.check.dialect import UnsupportedSchema
from asl.check.mapping import Mapping, UnusableMapping, load
from asl.check.prover import UnusableMachine, prove
from asl.check.report import as_json, as_text
from asl.command import run_command
from asl.printable import printable
from workflow import mapping


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        proof = prove(_machine(options.asl), _mapping(options.contracts))
    except (UnusableMachine, UnusableMapping, UnsupportedSchema) as error:
        print(f"check: {printable(str(error))}", file=sys.stderr)
        return 2
    except RecursionError:
        print("check: this is nested too deeply", file=sys.stderr)
        return 2
    print(as_json(proof) if options.json else as_text(proof))
    return 1 if proof.open_gaps else 0


def _machine(file: Path | None) -> dict[str, Any]:
    if file is None:
        from workflow.definition import states_language

        return states_language()
    try:
        machine: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMachine(f"{file} cannot be read: {error}") from error
    return machine


def _mapping(folder: Path | None) -> Mapping:
    return mapping.mapping() if folder is None else load(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m asl.check", description=__doc__)
    parser.add_argument("asl", nargs="?", type=Path, metavar="ASL.json", help="the machine (this project's own)")
    parser.add_argument("--contracts", type=Path, metavar="DIR", help="its contracts, with their mapping.json")
    parser.add_argument("--json", action="store_true", help="print the result for tools")
    return parser


if __name__ == "__main__":
    sys.exit(run_command("check", main))
