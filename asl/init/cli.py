"""The command `asl-check init`."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asl.check.grammar import grammar_error
from asl.check.mapping import MAPPING_FILE
from asl.check.sources import Source, load_sources
from asl.command import Parser, file_problem
from asl.documents import parse_written
from asl.history.sources import fetch_history, load_history
from asl.history.trace import Event, InvalidHistoryError
from asl.init.code_schemas import schemas_of
from asl.init.inference import inferred, usable, with_comment
from asl.init.needed import START, Needed, needed_contracts
from asl.init.samples import samples_of
from asl.language import InvalidMachineError, each_state, target
from asl.printable import printable

NAME = "asl-check init"
DESCRIPTION = """\
Write the contracts that a state machine lacks, and the mapping.json that assigns them. What is there already is kept. A contract is
inferred from recorded executions, taken from a JSON Schema beside the function's code, or a skeleton to complete.
"""
Schemas = dict[tuple[str, str], dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog=NAME, description=DESCRIPTION)
    parser.add_argument("asl", metavar="FILE", help="a machine, or a template with machines")
    parser.add_argument(
        "--contracts", type=Path, default=Path("contracts"), metavar="DIR", help="where to write (contracts)"
    )
    parser.add_argument(
        "--history", type=Path, action="append", default=[], metavar="FILE", help="the output of get-execution-history"
    )
    parser.add_argument(
        "--execution", action="append", default=[], metavar="ARN", help="a recorded execution; calls Step Functions"
    )
    options = parser.parse_args(sys.argv[2:] if arguments is None else arguments)
    try:
        return _write(options)
    except (InvalidMachineError, InvalidHistoryError, OSError, ValueError) as error:
        print(f"{NAME}: {printable(file_problem(error))}", file=sys.stderr)
    return 2


def _write(options: Namespace) -> int:
    histories = [load_history(file) for file in options.history]
    histories += [fetch_history(arn)[1] for arn in options.execution]
    sources = load_sources(options.asl)
    code = schemas_of(options.asl)
    for source in sources:
        folder = options.contracts / source.name if len(sources) > 1 else options.contracts
        for line in _write_one(source, folder, histories, code):
            print(printable(line))
    print(printable(f"next: asl-check {options.asl} --contracts {options.contracts}"))
    return 0


def _write_one(source: Source, folder: Path, histories: list[list[Event]], code: Schemas) -> Iterator[str]:
    """Write the contracts that a machine lacks into folder, and yield a line for each."""
    if wrong := grammar_error(source.machine):
        raise InvalidMachineError(f"this is no state machine: {wrong}")
    folder.mkdir(parents=True, exist_ok=True)
    mapping = _mapping(folder / MAPPING_FILE)
    samples = samples_of(source.machine, histories)
    functions = {name: target(state).function or "" for name, state in each_state(source.machine)}
    for one in needed_contracts(source.machine):
        if _is_mapped(mapping, one):
            continue
        recorded = usable(samples.get((one.state or START, one.edge), []))
        schema, origin = _schema(one, recorded, code.get((functions.get(one.state, ""), one.edge)))
        file = folder / f"{one.name}.json"
        if not file.exists():
            file.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            yield f"{file}: {origin}"
        _assign(mapping, one)
    text = json.dumps(mapping, indent=2, ensure_ascii=False)
    (folder / MAPPING_FILE).write_text(text + "\n", encoding="utf-8")
    yield f"{folder / MAPPING_FILE}: which contract holds where"


def _schema(one: Needed, recorded: list[Any], written: dict[str, Any] | None) -> tuple[dict[str, Any], str]:
    """Return the schema of a contract, and where it comes from."""
    if recorded:
        schema = inferred(recorded, is_open=one.edge == "takes")
        return with_comment(schema, len(recorded)), f"inferred from {len(recorded)} payloads"
    if written is not None:
        return written, "the schema beside the function's code"
    return one.skeleton(), "a skeleton: complete it"


def _mapping(file: Path) -> dict[str, Any]:
    found = parse_written(file.read_text(encoding="utf-8")) if file.exists() else {}
    if not isinstance(found, dict):
        raise InvalidMachineError(f"{file} is no object")
    return found


def _is_mapped(mapping: dict[str, Any], one: Needed) -> bool:
    return one.edge in mapping.get("states", {}).get(one.state, {}) if one.edge else "startsWith" in mapping


def _assign(mapping: dict[str, Any], one: Needed) -> None:
    if one.edge:
        mapping.setdefault("states", {}).setdefault(one.state, {})[one.edge] = one.name
    else:
        mapping["startsWith"] = one.name
