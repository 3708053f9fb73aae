"""Which changes of a contract are breaking: for executions in flight, consumers of notifications, senders of input."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asl.check.compat import Change, Usage, as_text, changes
from tests.asl.check.contract_folders import ALL, COMMON, GIVEN, SCHEMA, TAKEN, TEXT, tolerant, written
from tests.asl.check.mutation import dropping, optional, setting, together

USAGE = Usage(definitions=frozenset({"common"}), read=frozenset({"pipeline-input"}), stored=frozenset({"record"}))
NO_READER: tuple[str, ...] = ()


def changed(document: Any, change: Callable[[Any], None]) -> Any:
    """Return a copy of document with change made."""
    copy = json.loads(json.dumps(document))
    change(copy)
    return copy


NEW = setting("properties/more", TEXT)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (setting("description", "In other words."), NO_READER),
        (NEW, NO_READER),
        (together(NEW, lambda schema: schema["required"].append("more")), TAKEN),
        (dropping("properties/may"), NO_READER),
        (together(dropping("properties/name"), optional("name")), GIVEN),
        (optional("name"), GIVEN),
        (lambda schema: schema["required"].append("may"), TAKEN),
        (setting("properties/name/maxLength", 30), GIVEN),
        (setting("properties/name/maxLength", 10), TAKEN),
        (setting("properties/name/minLength", 0), GIVEN),
        (setting("properties/name/minLength", 2), TAKEN),
        (setting("properties/count/maximum", 10), GIVEN),
        (setting("properties/count/minimum", 2), TAKEN),
        (setting("properties/kind", {"enum": ["a", "b", "c"]}), GIVEN),
        (setting("properties/kind", {"enum": ["a"]}), TAKEN),
        (setting("properties/name", {"type": "integer"}), ALL),
        (setting("properties/name", {"type": ["string", "null"], "minLength": 1, "maxLength": 20}), GIVEN),
        (setting("properties/name/pattern", "^[a-z]+$"), TAKEN),
    ],
)
def test_change_of_a_contract(tmp_path: Path, change: Callable[[Any], None], broken: tuple[str, ...]) -> None:
    """An input contract may accept more, an output contract may accept less; the opposite is breaking."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new", changed(SCHEMA, change))
    found = list(changes(old, new, USAGE))
    assert {one.name for one in found} == set(ALL)
    assert {one.what for one in found} == {"changed"}
    assert {one.name for one in found if one.breaking} == set(broken)


def test_change_of_a_shared_definition(tmp_path: Path) -> None:
    """A change of a shared definition is reported for each contract that refers to it, and not for the definitions."""
    wider = changed(COMMON, setting("$defs/of/maxItems", 4))
    found = list(changes(written(tmp_path / "old"), written(tmp_path / "new", common=wider), USAGE))
    assert [(one.name, one.breaking) for one in found] == [(name, name in GIVEN) for name in sorted(ALL)]


def test_added_or_removed_contract(tmp_path: Path) -> None:
    """A new contract is compatible; the removal of one is breaking."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new")
    (old / "step.input.json").rename(old / "last.input.json")
    assert list(changes(old, new, USAGE)) == [Change("last.input", "removed"), Change("step.input", "added")]
    assert [change.breaking for change in changes(old, new, USAGE)] == [True, False]


def test_nothing_has_changed(tmp_path: Path) -> None:
    """The same contracts, written otherwise, are no change."""
    new = written(tmp_path / "new")
    (new / "step.input.json").write_text(json.dumps(tolerant(SCHEMA), indent=2))
    assert list(changes(written(tmp_path / "old"), new, USAGE)) == []


def test_change_is_reported_with_its_place(tmp_path: Path) -> None:
    """A breaking change is reported with its place, what is provided there, and what was relied on."""
    new = written(tmp_path / "new", changed(SCHEMA, setting("properties/name/maxLength", 30)))
    by_name = {change.name: change for change in changes(written(tmp_path / "old"), new, USAGE)}
    assert as_text([by_name["step.input"]]) == "compatible  changed   step.input"
    first, second = as_text([by_name["step.output"]]).splitlines()
    assert first == "breaking    changed   step.output"
    assert second.strip() == "$.name: a string of 1 to 30 characters, where a string of 1 to 20 characters is relied on"
    (where,) = by_name["step.output"].to_json()["breaks"]
    assert where["path"] == "$.name"


@pytest.mark.parametrize("change", [optional("name"), lambda schema: schema["required"].append("may")])
def test_record_is_read_by_the_next_version_and_the_last(tmp_path: Path, change: Callable[[Any], None]) -> None:
    """A field of the record may neither become one that must be there nor one that need not be."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new")
    for folder, schema in ((old, SCHEMA), (new, changed(SCHEMA, change))):
        (folder / "record.json").write_text(json.dumps(schema))
    assert [(one.name, one.breaking) for one in changes(old, new, USAGE)] == [("record", True)]
