"""The deployed version, which distinguishes builds, and the digest of the contracts."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from templates import packaging, release
from templates.release import contracts_digest, version, without_annotations
from tests.templates.emitted import FUNCTIONS, properties, template
from workflow import contracts


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the contracts."""
    return Path(
        shutil.copytree(contracts.FOLDER, tmp_path / "contracts", ignore=shutil.ignore_patterns("*.py*", "__*"))
    )


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    """Change a contract."""
    file = folder / f"{name}.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_outputs_and_logs_have_the_version() -> None:
    """The outputs and each function's log have the version: the project's, and a digest of code and layers."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    deployed = template()["Outputs"]["Version"]["Value"]
    assert re.fullmatch(re.escape(project["version"]) + r"\+[0-9a-f]{12}", deployed)
    assert {properties(name)["Environment"]["Variables"]["VERSION"] for name in FUNCTIONS} == {deployed}


def test_deployeddistinguishes_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code or another layer is another version."""
    known = version()
    monkeypatch.setattr(release, "code_key", lambda: "code/other.zip")
    other_code = version.__wrapped__()
    monkeypatch.undo()
    monkeypatch.setattr(release, "LAYERS", packaging.LAYERS[:1])
    assert len({known, other_code, version.__wrapped__()}) == 3


def test_annotations_do_not_change_the_digest(copied: Path) -> None:
    """Titles, descriptions and examples do not change the digest."""
    rewrite(copied, "pipeline-input", '"title": "', '"title": "Another ')
    for file in copied.glob("*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        schema.pop("examples", None)
        file.write_text(json.dumps(schema), encoding="utf-8")
    assert contracts_digest(copied) == contracts_digest() == template()["Outputs"]["ContractsDigest"]["Value"]


@pytest.mark.parametrize(("old", "new"), [('"FAILED"', '"FELL"'), ('"required"', '"requires"')])
def test_other_rules_are_another_digest(copied: Path, old: str, new: str) -> None:
    """Another value or rule changes the digest."""
    rewrite(copied, "metadata-record", old, new)
    assert contracts_digest(copied) != contracts_digest()


def test_properties_may_have_names_of_annotations() -> None:
    """A property called title counts, and its description does not; a constant counts too."""
    schema = {"title": "A", "properties": {"title": {"type": "string", "title": "B"}}, "const": {"title": "C"}}
    assert without_annotations(schema) == {"properties": {"title": {"type": "string"}}, "const": {"title": "C"}}
