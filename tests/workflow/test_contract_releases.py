"""Changes of contracts since a release or a git revision, and whether the project's version allows breaking ones."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from asl.check.compat import as_json, as_text, changes, is_read
from asl.check.contracts import names
from asl.check.json_schema import shape_of
from asl.printable import printable
from templates import packaging
from tests.asl.check.contract_folders import ALL, SCHEMA, tolerant, written
from tests.needed import program
from workflow import compat, contracts, releases
from workflow.compat import USAGE, at_revision, main
from workflow.definition import states_language
from workflow.releases import keep


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
    """The contracts of a revision are those that were committed, even if the files have changed."""
    (repository / "step.input.json").write_text("{}")
    (repository / "new.input.json").write_text("{}")
    (tmp_path / "then").mkdir()
    then = at_revision("HEAD", tmp_path / "then")
    assert names(then) == sorted([*ALL, "common"])
    assert json.loads((then / "step.input.json").read_text()) == tolerant(SCHEMA)
    assert [(one.name, one.what) for one in changes(then, repository, USAGE)] == [
        ("new.input", "added"),
        ("step.input", "changed"),
    ]


@pytest.mark.share(1)
@pytest.mark.parametrize("asked", [[], ["--json"]])
def test_command_prints_each_change_since_a_revision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, asked: list[str]
) -> None:
    """The command prints the changes since a revision as text or JSON, and exits with 1 if one is breaking."""
    since = list(changes(at_revision("HEAD", tmp_path), contracts.FOLDER, USAGE))
    assert main(["HEAD", *asked]) == int(any(change.breaking for change in since))
    printed = capsys.readouterr().out
    if asked:
        assert printed == as_json(since) + "\n"
    else:
        assert printed.strip() == (as_text(since) or "no contract has changed since HEAD")


@pytest.mark.parametrize("base", ["no-such-revision", "..", "-x", "HEAD:README.md", "v9.9.9", "a\nb"])
def test_unknown_revision(capsys: pytest.CaptureFixture[str], base: str) -> None:
    """A base that is neither a release nor a revision exits with 2, and stderr names it and the releases in one line."""
    assert main(["--", base]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    known = ", ".join(releases.released())
    assert err == f"compat: {printable(base)} is no release ({known}), and no revision that git knows\n"


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
    (folder / "upload-url.request.json").write_text(json.dumps({"dependentSchemas": {}}))
    monkeypatch.setattr(compat, "at_revision", lambda _, __: folder)
    assert main(["HEAD"]) == 2
    assert capsys.readouterr().err.startswith("compat: upload-url.request: ['dependentSchemas']")


def test_inputs_are_open_and_outputs_are_closed() -> None:
    """Each contract's name and openness agree, for by the latter it is known whom a change breaks."""
    read = {name for name in contracts.names() if is_read(name, shape_of(contracts.resolved(name), name), USAGE)}
    assert {name for name in contracts.names() if name.endswith((".input", ".request"))} <= read
    assert not [name for name in read if name.endswith((".output", ".response", "-notification"))]
    assert {"pipeline-input", "object-created", "execution-ended"} <= read


@pytest.mark.share(1)
@pytest.mark.parametrize(("version", "code"), [("1.1.0", 1), ("1.1.0.dev0", 1), ("2.0.0.dev0", 0), ("2.0.0", 0)])
def test_another_major_version_may_break(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, code: int
) -> None:
    """The contracts are held against the newest release that the repository keeps; a version that may break is allowed to."""
    monkeypatch.setattr(releases, "FOLDER", tmp_path / "released")
    monkeypatch.setattr(releases, "released", lambda: ["0.8.0", "0.9.0", "1.0.0"])
    monkeypatch.setattr(releases, "project_version", lambda: version)
    shutil.copytree(repository, tmp_path / "released" / "1.0.0")
    (repository / "step.output.json").unlink()
    assert (main([]), main(["v1.0.0"]), main(["HEAD"])) == (code, code, 1)


def test_same_contracts_as_released(repository: Path, tmp_path: Path) -> None:
    """A release has the current contracts and definition; a development version or an existing release is not stored."""
    (tmp_path / "released").mkdir()
    kept = keep("1.10.0", tmp_path / "released")
    assert list(changes(kept, repository, USAGE)) == []
    assert names(kept) == names(repository)
    assert json.loads((kept / releases.DEFINITION).read_text(encoding="utf-8")) == states_language()
    for version, message in (("1.10.0", "released already"), ("1.11.0.dev0", "under development")):
        with pytest.raises(ValueError, match=message):
            keep(version, tmp_path / "released")
    keep("1.9.0", tmp_path / "released")
    assert releases.released(tmp_path / "released") == ["1.9.0", "1.10.0"]


@pytest.mark.parametrize(
    ("since", "version", "may"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0.dev0", True),
        ("0.1.1", "0.2.1", True),
        ("0.2.0", "0.1.0", False),
        ("0.9.0", "1.0.0", True),
        ("1.0.0", "1.9.0", False),
        ("1.0.0", "0.9.0", False),
    ],
)
def test_version_says_whether_it_may_break(since: str, version: str, may: bool) -> None:
    """Before 1.0 another minor version may break; from then on another major one."""
    assert releases.may_break(since, version) is may


def test_released_contracts_are_in_no_zip() -> None:
    """The releases that the repository keeps can be compared, and do not go to Lambda."""
    assert releases.released()
    assert not [name for name, _ in packaging.code_entries() if "released" in name]
    for version in releases.released():
        assert names(releases.FOLDER / version)


def test_exit_code_of_a_release(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The command exits with 0 where it has stored the release, and with 1 and one line where it may not."""
    monkeypatch.setattr(releases, "project_version", lambda: "1.0.0.dev0")
    assert releases.main([]) == 1
    assert capsys.readouterr().err.startswith("release: 1.0.0.dev0 is under development")
    monkeypatch.setattr(releases, "keep", Path)
    assert releases.main([]) == 0


def test_help_of_a_release_releases_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m workflow.releases --help` prints what the command does, and does not try to do it."""
    with pytest.raises(SystemExit) as ended:
        releases.main(["--help"])
    assert (ended.value.code, capsys.readouterr().err) == (0, "")
