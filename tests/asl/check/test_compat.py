"""Which changes of a contract break somebody: executions in flight, consumers of what is told, senders of what is taken."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asl.check import compat
from asl.check.compat import Change, at_revision, changes, is_read, main, told
from asl.check.dialect import shape_of
from asl.printable import printable
from templates import packaging
from tests.asl.check.mutation import dropping, optional, setting, together
from tests.needed import program
from workflow import contracts, releases
from workflow.releases import keep

TEXT = {"type": "string", "minLength": 1, "maxLength": 20}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "kind": {"enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "may": TEXT,
        "of": {"$ref": "common.json#/$defs/of"},
    },
    "required": ["name", "kind", "count", "of"],
    "additionalProperties": False,
}
COMMON = {"$defs": {"of": {"type": "array", "items": TEXT, "maxItems": 3}}}
TAKEN, GIVEN = ("step.input", "pipeline-input"), ("step.output", "success-notification")

NOBODY: tuple[str, ...] = ()
ALL = (*TAKEN, *GIVEN)


def tolerant(schema: Any) -> Any:
    """Return schema as whoever reads it has it: open to properties that it does not name."""
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


def written(folder: Path, schema: Any = SCHEMA, common: Any = COMMON) -> Path:
    """Return folder with the same schema in every place that a contract can have."""
    folder.mkdir()
    for name in ALL:
        (folder / f"{name}.json").write_text(json.dumps(tolerant(schema) if name == "step.input" else schema))
    (folder / "common.json").write_text(json.dumps(common))
    return folder


def changed(document: Any, change: Callable[[Any], None]) -> Any:
    """Return a copy of document with change made."""
    copy = json.loads(json.dumps(document))
    change(copy)
    return copy


NEW = setting("properties/more", TEXT)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (setting("description", "In other words."), NOBODY),
        (NEW, NOBODY),
        (together(NEW, lambda schema: schema["required"].append("more")), TAKEN),
        (dropping("properties/may"), NOBODY),
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
    """What is taken may come to accept more and what is given may come to give more; the other way round breaks."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new", changed(SCHEMA, change))
    found = list(changes(old, new))
    assert {one.name for one in found} == set(ALL)
    assert {one.what for one in found} == {"changed"}
    assert {one.name for one in found if one.breaking} == set(broken)


def test_change_of_what_contracts_share(tmp_path: Path) -> None:
    """A change of a shared definition is told for each contract that refers to it, and not for the definitions."""
    wider = changed(COMMON, setting("$defs/of/maxItems", 4))
    found = list(changes(written(tmp_path / "old"), written(tmp_path / "new", common=wider)))
    assert [(one.name, one.breaking) for one in found] == [(name, name in GIVEN) for name in sorted(ALL)]


def test_contract_that_comes_or_goes(tmp_path: Path) -> None:
    """A new contract breaks nobody; one that is removed breaks whoever goes by it."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new")
    (old / "step.input.json").rename(old / "last.input.json")
    assert list(changes(old, new)) == [Change("last.input", "removed"), Change("step.input", "added")]
    assert [change.breaking for change in changes(old, new)] == [True, False]


def test_nothing_has_changed(tmp_path: Path) -> None:
    """The same contracts, written otherwise, are no change."""
    new = written(tmp_path / "new")
    (new / "step.input.json").write_text(json.dumps(tolerant(SCHEMA), indent=2))
    assert list(changes(written(tmp_path / "old"), new)) == []


def test_change_is_told_with_its_place(tmp_path: Path) -> None:
    """A breaking change is told with the place, what is promised there, and what somebody relies on."""
    new = written(tmp_path / "new", changed(SCHEMA, setting("properties/name/maxLength", 30)))
    by_name = {change.name: change for change in changes(written(tmp_path / "old"), new)}
    assert told(by_name["step.input"]) == "compatible  changed   step.input"
    first, second = told(by_name["step.output"]).splitlines()
    assert first == "breaking    changed   step.output"
    assert second.strip() == "$.name: a string of 1 to 30 characters, where a string of 1 to 20 characters is relied on"
    (where,) = by_name["step.output"].to_json()["breaks"]
    assert where["path"] == "$.name"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository of contracts, committed once, in the place of this project's."""
    git = program("git")
    folder = written(tmp_path / "contracts")
    (folder / "notes.md").write_text("No contract.")
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "First"]):
        subprocess.run([git, "-C", str(tmp_path), *command], check=True, capture_output=True)
    monkeypatch.setattr(contracts, "FOLDER", folder)
    return folder


def test_contracts_at_a_revision(repository: Path, tmp_path: Path) -> None:
    """The contracts of a revision are those that were committed, whatever has become of them."""
    (repository / "step.input.json").write_text("{}")
    (repository / "new.input.json").write_text("{}")
    (tmp_path / "then").mkdir()
    then = at_revision("HEAD", tmp_path / "then")
    assert contracts.names(then) == sorted([*ALL, "common"])
    assert json.loads((then / "step.input.json").read_text()) == tolerant(SCHEMA)
    assert [(one.name, one.what) for one in changes(then, repository)] == [
        ("new.input", "added"),
        ("step.input", "changed"),
    ]


@pytest.mark.parametrize("asked", [[], ["--json"]])
def test_command_tells_each_change_since_a_revision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, asked: list[str]
) -> None:
    """The command line tells the changes since a revision, for a person or a tool, and exits with 1 if one breaks."""
    since = list(changes(at_revision("HEAD", tmp_path)))
    assert main(["HEAD", *asked]) == int(any(change.breaking for change in since))
    printed = capsys.readouterr().out
    if asked:
        assert json.loads(printed) == [change.to_json() for change in since]
    else:
        assert printed.strip() == ("\n".join(map(told, since)) or "no contract has changed since HEAD")


@pytest.mark.parametrize("base", ["no-such-revision", "..", "-x", "HEAD:README.md", "v9.9.9", "a\nb"])
def test_unknown_revision(capsys: pytest.CaptureFixture[str], base: str) -> None:
    """What is neither a release nor a revision exits with 2, and stderr names it and the releases in one line."""
    assert main(["--", base]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"compat: {printable(base)} is no release (0.1.0), and no revision that git knows\n"


def test_without_git(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no git, releases can be compared with, and revisions not."""
    monkeypatch.setenv("PATH", "")
    assert main(["HEAD"]) == 2
    assert "HEAD is no release" in capsys.readouterr().err
    assert main(["0.1.0"]) in (0, 1)


def test_contract_that_was_no_schema_of_the_dialect(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contract that cannot be compared exits with 2, and stderr names it."""
    folder = shutil.copytree(contracts.FOLDER, tmp_path / "old")
    (folder / "upload-url.request.json").write_text(json.dumps({"oneOf": []}))
    monkeypatch.setattr(compat, "at_revision", lambda _, __: folder)
    assert main(["HEAD"]) == 2
    assert capsys.readouterr().err.startswith("compat: upload-url.request: ['oneOf']")


def test_what_is_read_is_open_and_what_is_made_is_closed() -> None:
    """Each contract's name and openness agree, for by the latter it is known whom a change breaks."""
    read = {name for name in contracts.names() if is_read(name, shape_of(contracts.resolved(name), name))}
    assert {name for name in contracts.names() if name.endswith((".input", ".request"))} <= read
    assert not [name for name in read if name.endswith((".output", ".response", "-notification"))]
    assert {"pipeline-input", "object-created", "execution-ended"} <= read


@pytest.mark.parametrize("change", [optional("name"), lambda schema: schema["required"].append("may")])
def test_record_is_read_by_the_next_version_and_the_last(tmp_path: Path, change: Callable[[Any], None]) -> None:
    """A field of the record may neither become one that must be there nor one that need not be."""
    old, new = written(tmp_path / "old"), written(tmp_path / "new")
    for folder, schema in ((old, SCHEMA), (new, changed(SCHEMA, change))):
        (folder / "metadata-record.json").write_text(json.dumps(schema))
    assert [(one.name, one.breaking) for one in changes(old, new)] == [("metadata-record", True)]


@pytest.mark.parametrize(("version", "code"), [("1.1.0", 1), ("1.1.0.dev0", 1), ("2.0.0.dev0", 0), ("2.0.0", 0)])
def test_another_major_version_may_break(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, code: int
) -> None:
    """The contracts are held against the newest release that the repository keeps; a version that may break is allowed to."""
    monkeypatch.setattr(releases, "FOLDER", tmp_path / "released")
    monkeypatch.setattr(releases, "released", lambda: ["0.9.0", "1.0.0"])
    monkeypatch.setattr(releases, "project_version", lambda: version)
    shutil.copytree(repository, tmp_path / "released" / "1.0.0")
    (repository / "step.output.json").unlink()
    assert (main([]), main(["v1.0.0"]), main(["HEAD"])) == (code, code, 1)


def test_same_contracts_as_released(repository: Path, tmp_path: Path) -> None:
    """What is kept for a release is what is there; a version under development, or one that is there, is not kept."""
    (tmp_path / "released").mkdir()
    kept = keep("1.10.0", tmp_path / "released")
    assert list(changes(kept, repository)) == []
    assert contracts.names(kept) == contracts.names(repository)
    for version, said in (("1.10.0", "released already"), ("1.11.0.dev0", "under development")):
        with pytest.raises(ValueError, match=said):
            keep(version, tmp_path / "released")
    keep("1.9.0", tmp_path / "released")
    assert releases.released(tmp_path / "released") == ["1.9.0", "1.10.0"]


@pytest.mark.parametrize(
    ("since", "version", "may"),
    [("0.1.0", "0.1.1", False), ("0.1.0", "0.2.0.dev0", True), ("0.9.0", "1.0.0", True), ("1.0.0", "1.9.0", False)],
)
def test_version_says_whether_it_may_break(since: str, version: str, may: bool) -> None:
    """Before 1.0 another minor version may break; from then on another major one."""
    assert releases.may_break(since, version) is may


def test_released_contracts_are_in_no_zip() -> None:
    """The releases that the repository keeps can be compared, and do not go to Lambda."""
    assert releases.released()
    assert not [name for name, _ in packaging.code_entries() if "released" in name]
    for version in releases.released():
        assert contracts.names(releases.FOLDER / version)
