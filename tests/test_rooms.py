"""Who may import whom: the table of the rooms, and what the source files import."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sources
from tests.sources import Import, files, folders, imports_of, module_of

# The rooms, from the lowest to the highest, and what each may import: its own modules, the standard library, and these names
# with everything below them. A file is in the room with the longest name that its own name begins with.
ROOMS: dict[str, set[str]] = {
    # The reader of the language, on which the tools for state machines are built.
    "asl": set(),
    # An execution's history is read from AWS, with boto3, or from a file.
    "asl.history": {"asl.language", "asl.documents", "boto3", "botocore"},
    "asl.check": {"asl.language", "asl.documents", "asl.version", "jsonata", "referencing", "yaml"},
    "asl.graph": {"asl.language", "asl.version", "asl.check", "asl.history", "pygraphviz", "jinja2"},
    # The contracts that a machine lacks, also from recorded executions.
    "asl.init": {"asl.language", "asl.documents", "asl.check", "asl.history"},
    "asl.testing": {"asl.check"},
    "imaging": {"PIL", "pillow_heif", "cykooz_resizer", "isal", "zlib_ng"},
    # `referencing` is the part of jsonschema that resolves references.
    "workflow.contracts": {"jsonschema", "referencing"},
    "workflow": {"stepfunctions"},
    # The proof of the pipeline, its graph for drawings, and the comparison with a release; the rest of workflow, which is below,
    # knows no checker.
    "workflow.proof": {"workflow", "asl.check"},
    "workflow.graph": {"workflow", "asl.graph"},
    "workflow.compat": {"workflow", "asl.check"},
    "lambdas.runtime": {
        "workflow.contracts",
        "imaging.errors",
        "imaging.formats",
        "imaging.limits",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    },
    # Imports go by the extensions of file names, which the names of the formats list.
    "lambdas.domain": {
        "lambdas.runtime",
        "workflow.contracts",
        "imaging.errors",
        "imaging.formats",
        "imaging.limits",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    },
    # The handlers, a module a function. None imports a decoder: only the server of the sandbox does, by its name.
    "lambdas": {
        "lambdas.runtime",
        "lambdas.domain",
        "workflow.contracts",
        "imaging.errors",
        "imaging.formats",
        "botocore",
        "aws_lambda_powertools",
    },
    # Of the functions, what they declare: settings, metrics, headers, attributes, key prefixes and waits; of imaging, the names
    # of the formats. Of asl, the reader of the language, and the grammar, since AWS refuses a malformed state machine.
    "templates": {
        "workflow",
        "imaging.formats",
        "imaging.limits",
        "asl.language",
        "asl.check.grammar",
        "lambdas.runtime.cors",
        "lambdas.runtime.metrics",
        "lambdas.runtime.problems",
        "lambdas.runtime.settings",
        "lambdas.domain.archive_class",
        "lambdas.domain.back_pressure",
        "lambdas.domain.image_list",
        "lambdas.domain.object_keys",
        "lambdas.domain.open_records",
        "lambdas.domain.record",
        "troposphere",
        "awacs",
    },
    # What an image uses of AWS's services, and their prices: pages show it, and operations estimate imports by it.
    "costs": {"asl.language", "lambdas.domain", "templates.substitution", "workflow"},
    # Operations use the domain code of the functions, which needs clients, a clock and settings.
    "operations": {
        "lambdas.domain",
        "lambdas.runtime.clients",
        "lambdas.runtime.clock",
        "lambdas.runtime.settings",
        "imaging.formats",
        "costs",
        "templates",
        "workflow.contracts",
        "boto3",
        "botocore",
        "rich",
    },
    "pages": {"asl", "imaging", "workflow", "lambdas", "templates", "costs", "operations", "PIL", "botocore"},
    # The client on the laptop detects formats as the functions do, and reads the records that they write.
    "local": {
        "operations",
        "templates",
        "asl",
        "imaging.formats",
        "lambdas.domain.attribute_values",
        "lambdas.domain.outcomes",
        "workflow.graph",
        "ministack",
        "boto3",
        "botocore",
        "cryptography",
        "jinja2",
        "PIL",
        "rich",
        "urllib3",
    },
    # They measure what ships, with the one progress bar and the one table.
    "benchmarks": {
        "imaging",
        "lambdas",
        "templates",
        "operations.cli.progress",
        "operations.cli.tables",
        "workflow.contracts",
        "PIL",
        "pillow_heif",
        "numpy",
        "rich",
    },
    "generate": {"templates"},
    # Programs of other projects have only the contracts of this one.
    "examples": {"workflow.contracts", "boto3", "botocore", "urllib3"},
    # Scripts of CI; the one for checkov runs in checkov's own environment.
    ".ci": set(),
}
# Text that is safe on a terminal, and the end of a command (exit codes, Ctrl-C, a closed pipe), are implemented once; every
# room with a command needs both.
EVERYWHERE = {"asl.printable", "asl.command"}
# The rooms without commands: they are in the Lambda zip.
WITHOUT = {"imaging", "workflow.contracts", "lambdas.runtime", "lambdas.domain", "lambdas"}
# Only tests import these.
TOPS = {"pages", "local", "benchmarks", "generate", "examples", "tests"}
# The stubs of boto3, only for annotations.
STUBS = "mypy_boto3_"


def room(name: str) -> str | None:
    """Return the room of the module or symbol called name, or None for a third-party one."""
    return max((one for one in ROOMS if f"{name}.".startswith(f"{one}.")), key=len, default=None)


def is_above(name: str, other: str) -> bool:
    """Return whether the room called name is above the room called other."""
    order = list(ROOMS)
    return order.index(name) > order.index(other)


def allowed_names(name: str) -> set[str]:
    """Return the packages that the room called name may import. A handler imports no other handler."""
    own = set() if name == "lambdas" else {name}
    return ROOMS[name] | own | (set() if name in WITHOUT else EVERYWHERE)


def is_allowed(found: Import, name: str) -> bool:
    """Return whether a file of the room called name may have the import found."""
    top = found.name.partition(".")[0]
    if top in sys.stdlib_module_names or (found.for_types and top.startswith(STUBS)):
        return True
    target = room(found.name)
    return found.is_of(allowed_names(name)) and not (target and is_above(target, name))


def violations() -> Iterator[Import]:
    """Yield each import that the table does not allow."""
    for file in files():
        name = room(module_of(file))
        assert name, f"{file} is in no room: add one to the table"
        yield from (found for found in imports_of(file) if not is_allowed(found, name))


def test_rooms_import_what_the_table_allows() -> None:
    """No file imports what its room may not: not at the top, not in a function, and not for types."""
    assert list(violations()) == []


def test_table_has_no_arrow_upwards() -> None:
    """A room may import only rooms below it, so that there is no circle; and no room imports one of the top rooms."""
    for name, allowed in ROOMS.items():
        assert [one for one in allowed if (target := room(one)) and not is_above(name, target)] == [], name
        assert not {one.partition(".")[0] for one in allowed} & TOPS, name


def test_every_folder_is_a_room() -> None:
    """A new folder at the top needs an entry in the table, and an entry needs files; the tests may import everything."""
    assert [folder for folder in folders() if room(folder) is None] == []
    assert {room(module_of(file)) for file in files()} == set(ROOMS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("workflow.contracts.errors", "workflow.contracts"),
        ("workflow.steps", "workflow"),
        ("lambdas.domain.record.Record", "lambdas.domain"),
        ("lambdas.sweep", "lambdas"),
        ("asl.graph.svg", "asl.graph"),
        ("asl.language", "asl"),
        ("aslant", None),
        ("boto3", None),
    ],
)
def test_longest_name_decides_the_room(name: str, expected: str | None) -> None:
    """A name belongs to the innermost room around it, and not to a room whose name it merely begins with."""
    assert room(name) == expected


def test_imports_are_seen_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports in functions count, and imports for types are marked."""
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    file = tmp_path / "example.py"
    file.write_text("if TYPE_CHECKING:\n    import a\ndef f():\n    from workflow import contracts, contractsy\n")
    assert {(each.name, each.for_types) for each in imports_of(file)} == {
        ("a", True),
        ("workflow.contracts", False),
        ("workflow.contractsy", False),
    }


@pytest.mark.parametrize(
    ("name", "imported", "for_types", "expected"),
    [
        ("lambdas", "lambdas.sweep.handler", False, False),
        ("lambdas", "lambdas.domain.record.Record", False, True),
        ("lambdas", "asl.printable.printable", False, False),
        ("lambdas", "mypy_boto3_s3.S3Client", True, True),
        ("lambdas", "mypy_boto3_s3.S3Client", False, False),
        ("lambdas", "imaging.formats.sniff_format", False, True),
        ("lambdas", "imaging.operations.run", False, False),
        ("lambdas", "imaging.decoding.decode.decode", True, False),
        ("imaging", "asl.command.run_command", False, False),
        ("templates", "asl.graph.svg", True, False),
        ("templates", "asl.command.run_command", False, True),
        ("operations", "local.stack", False, False),
        ("pages", "operations.commands", False, True),
        ("workflow", "json.dumps", False, True),
        ("workflow", "workflow.proof.prove", False, False),
        ("workflow.proof", "workflow.definition.states_language", False, True),
        ("workflow", "pytest", False, False),
    ],
)
def test_table_is_applied(name: str, imported: str, for_types: bool, expected: bool) -> None:
    """The table, the names for all rooms, the stubs of boto3 and the order of the rooms decide together."""
    assert is_allowed(Import("a.py:1", imported, for_types), name) is expected
