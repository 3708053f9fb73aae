"""The types of the payloads: generated from the contracts, up to date, and of use to a type checker."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from workflow.contracts import payloads
from workflow.payload_types import PayloadTypes, class_lines, class_name, scalar

ROOT = Path(__file__).resolve().parents[2]
STEPS = """
from workflow.contracts.payloads import ArchiveImageInput, ArchiveImageOutput


def sound(event: ArchiveImageInput) -> str:
    return event["renditions"]["resized"]["key"]


def mistyped(event: ArchiveImageInput) -> str:
    return event["renditions"]["resised"]["key"]


def of_another_type(event: ArchiveImageInput) -> str:
    return event["renditions"]["resized"]
"""


def test_types_are_up_to_date() -> None:
    """`make docs` writes the module that is there."""
    assert Path(payloads.__file__).read_text(encoding="utf-8") == PayloadTypes().module() + "\n"


@pytest.mark.heavy
def test_mistyped_key_is_a_type_error(tmp_path: Path) -> None:
    """A key that the contract has is accepted; one that it does not have, and a value of another type, are errors."""
    file = tmp_path / "steps.py"
    file.write_text(STEPS, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = re.findall(r"steps\.py:(\d+): error: .*\[([a-z-]+)\]", found.stdout)
    assert {("10", "typeddict-item"), ("14", "return-value")} <= set(errors), found.stdout + found.stderr
    assert {line for line, _ in errors} == {"10", "14"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("archive-image.input", "ArchiveImageInput"),
        ("detail-type", "DetailType"),
        ("imageId", "ImageId"),
    ],
)
def test_class_is_named_after_contract_or_key(name: str, expected: str) -> None:
    """Words are joined, and each begins with a capital letter."""
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 0}, "int"),
        ({"enum": ["JPEG", "PNG"]}, "str"),
        ({"const": None}, "None"),
        ({"enum": [1, "one"]}, "int | str"),
    ],
)
def test_enumeration_has_the_type_of_its_members(schema: dict[str, object], expected: str) -> None:
    """A value without a type has that of what it may be."""
    assert scalar(schema) == expected


def test_key_that_is_no_identifier_is_possible() -> None:
    """A class cannot have it as a field, so that the type is made by a call."""
    made: dict[str, object] = {}
    text = "from typing import TypedDict\n" + "\n".join(class_lines("Made", "A type.", {"detail-type": "str"}))
    exec(text, made)  # noqa: S102 - it is the generator's own
    assert getattr(made["Made"], "__annotations__") == {"detail-type": str}  # noqa: B009 - mypy knows no attribute of object
