"""Who may import whom: the table of the rooms, and what the source files import."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sources
from tests.sources import Import, files, folders, imports_of, module_of

# The rooms from the lowest to the highest, and what each may import: its own modules, the standard library, and these names
# with all that is below them. A file is in the room with the longest name that its own begins with.
ROOMS: dict[str, set[str]] = {
    "asl": {"jsonschema", "referencing", "interegular", "pygraphviz", "jinja2"},
    # Histories are asked of AWS, or read from a file.
    "asl.history": {"asl", "boto3", "botocore"},
    "imaging": {"PIL", "pillow_heif", "cykooz_resizer"},
    # `referencing` is the part of jsonschema that resolves references.
    "workflow.contracts": {"jsonschema", "referencing"},
    "workflow": {"stepfunctions"},
    # What is proved of the pipeline, its graph as it is drawn, and its contracts beside those of a release; the definition, the
    # contracts and which of them holds where know no checker.
    "workflow.proof": {"workflow", "asl.check"},
    "workflow.graph": {"workflow", "asl.graph"},
    "workflow.compat": {"workflow", "asl.check"},
    "lambdas.runtime": {
        "workflow.contracts",
        "imaging.errors",
        "imaging.limits",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    },
    "lambdas.domain": {
        "lambdas.runtime",
        "workflow.contracts",
        "imaging.errors",
        "imaging.limits",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    },
    # The handlers, a module a function.
    "lambdas": {
        "lambdas.runtime",
        "lambdas.domain",
        "workflow.contracts",
        "imaging",
        "botocore",
        "aws_lambda_powertools",
    },
    # Of the functions, what they declare: settings, metrics, headers, attributes, and the prefixes they read and write. Of
    # asl, its one reader of the language, and the form of a machine, which AWS refuses where it is wrong.
    "templates": {
        "workflow",
        "asl.language",
        "asl.check.grammar",
        "lambdas.runtime.cors",
        "lambdas.runtime.metrics",
        "lambdas.runtime.settings",
        "lambdas.domain.object_keys",
        "lambdas.domain.record",
        "troposphere",
        "awacs",
    },
    # What is done to a stack is done with the code that runs in it, which asks for clients, a clock and settings.
    "operations": {
        "lambdas.domain",
        "lambdas.runtime.clients",
        "lambdas.runtime.clock",
        "lambdas.runtime.settings",
        "templates",
        "workflow.contracts",
        "boto3",
        "botocore",
        "rich",
    },
    "pages": {"asl", "imaging", "workflow", "lambdas", "templates", "operations", "PIL"},
    # The laptop's client tells formats apart as the functions do, and reads the record that they wrote.
    "local": {
        "operations",
        "templates",
        "asl",
        "imaging.formats",
        "lambdas.domain.record",
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
    # What is measured is what ships.
    "benchmarks": {"imaging", "lambdas", "templates", "workflow.contracts", "PIL", "pillow_heif", "numpy", "rich"},
    "generate": {"templates"},
    # Somebody else's program has no more of this project than the contracts.
    "examples": {"workflow.contracts", "boto3", "botocore", "urllib3"},
    # CI's scripts; the one for checkov runs by checkov's own Python.
    ".ci": set(),
}
# Text that is safe on a terminal, and how commands end, have one home; every command needs both.
EVERYWHERE = {"asl.printable", "asl.command"}
# These ship in the Lambda zip, or know nothing of terminals.
WITHOUT = {"imaging", "workflow.contracts", "lambdas.runtime", "lambdas.domain", "lambdas"}
# Nothing but tests imports these.
TOPS = {"pages", "local", "benchmarks", "generate", "examples", "tests"}
# The stubs of boto3, for annotations alone.
STUBS = "mypy_boto3_"
# What is still to go: a room, and the room that it imports. An entry that no import needs any more fails.
OPEN: set[tuple[str, str]] = set()
# Rooms that no file has moved into yet.
EMPTY: set[str] = set()


def room(name: str) -> str | None:
    """Return the room that the module or symbol called name is in, or None for one of somebody else's."""
    return max((one for one in ROOMS if f"{name}.".startswith(f"{one}.")), key=len, default=None)


def may(name: str) -> set[str]:
    """Return what the room called name may import. Handlers do not import each other, nor what lies above them."""
    own = set() if name == "lambdas" else {name}
    return ROOMS[name] | own | (set() if name in WITHOUT else EVERYWHERE)


def is_allowed(found: Import, name: str) -> bool:
    """Return whether a file of the room called name may have the import found."""
    top = found.name.partition(".")[0]
    if top in sys.stdlib_module_names or found.is_of(may(name)):
        return True
    return found.for_types and top.startswith(STUBS)


def violations() -> Iterator[tuple[str, Import]]:
    """Yield each import that the table does not allow, with the room that it stands in."""
    for file in files():
        name = room(module_of(file))
        assert name, f"{file} is in no room: give it one"
        yield from ((name, found) for found in imports_of(file) if not is_allowed(found, name))


def pair(name: str, found: Import) -> tuple[str, str]:
    """Return the room called name and the one that is imported, or the package of somebody else's."""
    return name, room(found.name) or found.name.partition(".")[0]


def test_rooms_import_what_the_table_allows() -> None:
    """No file imports what its room may not, be it at the top, in a function or for types."""
    assert [found for name, found in violations() if pair(name, found) not in OPEN] == []


def test_open_list_only_shrinks() -> None:
    """What is listed as still to go is still there."""
    assert {pair(name, found) for name, found in violations()} >= OPEN


def test_table_has_no_arrow_upwards() -> None:
    """A room may import rooms below it only, so that there is no circle; and nothing may import the top ones."""
    order = list(ROOMS)
    for name, allowed in ROOMS.items():
        below = [one for one in map(room, allowed) if one]
        assert [one for one in below if order.index(one) >= order.index(name)] == [], name
        assert not {one.partition(".")[0] for one in allowed} & TOPS, name


def test_every_folder_is_a_room() -> None:
    """A new folder at the top gets its own line in the table; tests may import everything and are in none."""
    assert set(folders()) == {folder for folder in folders() if room(folder)}
    assert {room(module_of(file)) for file in files()} - {None} >= set(ROOMS) - EMPTY


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("workflow.contracts.errors", "workflow.contracts"),
        ("workflow.steps", "workflow"),
        ("lambdas.domain.record.Record", "lambdas.domain"),
        ("lambdas.sweep", "lambdas"),
        ("asl.graph.svg", "asl"),
        ("aslant", None),
        ("boto3", None),
    ],
)
def test_longest_name_decides_the_room(name: str, expected: str | None) -> None:
    """A file has the rule of the closest room around it; a name is not taken for a longer one."""
    assert room(name) == expected


def test_imports_are_seen_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports in functions count, and those for types are known as such."""
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
        ("lambdas", "imaging.limits.Limits", True, True),
        ("imaging", "asl.command.run_command", False, False),
        ("templates", "asl.graph.svg", True, False),
        ("templates", "asl.command.run_command", False, True),
        ("operations", "local.stack", False, False),
        ("pages", "operations.commands", False, True),
        ("workflow", "json.dumps", False, True),
        ("workflow", "pytest", False, False),
    ],
)
def test_table_is_applied(name: str, imported: str, for_types: bool, expected: bool) -> None:
    """The table, the names for all and the stubs of boto3 decide together."""
    assert is_allowed(Import("a.py:1", imported, for_types), name) is expected
