"""The command `asl-check`, and what other commands that print a proof share with it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from asl.check.json_schema import UnsupportedSchemaError
from asl.check.mapping import NO_MAPPING, InvalidMappingError, mapping_of
from asl.check.proof_result import Proof
from asl.check.prover import prove
from asl.check.report import as_json, as_text
from asl.check.report_formats import FORMATS, Report
from asl.check.sources import load_sources
from asl.command import Parser
from asl.language import InvalidMachineError
from asl.printable import printable
from asl.version import add_version_option

NAME = "asl-check"
DESCRIPTION = """\
Prove the data flow of state machines before they are deployed: every state gets what it needs, on every path.
`asl-check init FILE` writes the contracts that a machine lacks.
Exit code 0: proved. 1: findings, or something undecided that is not accepted. 2: unusable input.
"""
FILE_HELP = """\
a machine in the Amazon States Language, in JSON or YAML, or a CloudFormation or SAM template, of which every state machine is
checked; - reads stdin
"""
CONTRACTS_HELP = """\
the contracts, with their mapping.json; without them, what depends on contracts is not checked. For a template with several
machines, or several files, the folder has one folder for each, called as its logical ID or as its file up to the first dot
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog=NAME, description=DESCRIPTION)
    parser.add_argument("asl", nargs="+", metavar="FILE", help=FILE_HELP)
    parser.add_argument("--contracts", type=Path, metavar="DIR", help=CONTRACTS_HELP)
    parser.add_argument("--format", choices=sorted(FORMATS), default="text", help="the form of the result (text)")
    parser.add_argument("--no-sizes", action="store_true", help="do not check how large payloads may be")
    add_version_option(parser)
    add_output_option(parser)
    options = parser.parse_args(arguments)
    return _run(NAME, lambda: _print(options))


def _print(options: Namespace) -> int:
    form = "json" if options.json else options.format
    reports = list(_reports(options))
    print(FORMATS[form](reports))
    return 1 if any(report.proof.open_findings for report in reports) else 0


def _reports(options: Namespace) -> Iterator[Report]:
    sources = [source for file in options.asl for source in load_sources(file)]
    for source in sources:
        mapping = mapping_of(options.contracts, source.folder, alone=len(sources) == 1)
        sizes = mapping is not NO_MAPPING and not options.no_sizes
        try:
            yield Report(source, prove(source.machine, mapping, checks_sizes=sizes, types=source.types))
        except InvalidMachineError as error:
            place = ", ".join(filter(None, (source.file, source.name)))
            raise InvalidMachineError(f"{place}: {error}") from error


def add_output_option(parser: ArgumentParser) -> None:
    """Add --json to parser."""
    parser.add_argument("--json", action="store_true", help="print the result for tools")


def print_proof(name: str, make: Callable[[], Proof], *, to_json: bool) -> int:
    """Print the proof that make returns, and return the exit code; one line on stderr names unusable input."""

    def command() -> int:
        proof = make()
        print(as_json(proof) if to_json else as_text(proof))
        return 1 if proof.open_findings else 0

    return _run(name, command)


def _run(name: str, command: Callable[[], int]) -> int:
    try:
        return command()
    except (InvalidMachineError, InvalidMappingError, UnsupportedSchemaError) as error:
        print(f"{name}: {printable(str(error))}", file=sys.stderr)
    except RecursionError:
        print(f"{name}: this is nested too deeply", file=sys.stderr)
    return 2
