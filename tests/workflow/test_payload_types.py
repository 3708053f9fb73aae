"""The types of the payloads: generated from the contracts, up to date, and of use to a type checker."""

import subprocess
import sys
from pathlib import Path

import pytest

from workflow.contracts import payloads
from workflow.payload_types import PayloadTypes, class_lines, class_name, scalar

ROOT = Path(__file__).resolve().parents[2]
STEP = """
from workflow.contracts.payloads import ArchiveImageInput, ArchiveImageOutput


def work(event: ArchiveImageInput) -> str:
    return {expression}
"""


def test_types_are_up_to_date() -> None:
    """`make docs` writes the module that is there."""
    assert Path(payloads.__file__).read_text(encoding="utf-8") == PayloadTypes().module() + "\n"


def checked(folder: Path, expression: str) -> str:
    """Return mypy's output for a step that returns the expression."""
    file = folder / "step.py"
    file.write_text(STEP.format(expression=expression), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.heavy
def test_mistyped_key_is_a_type_error(tmp_path: Path) -> None:
    """A key that the contract has is accepted; one that it does not have, and a value of another type, are errors."""
    assert "Success" in checked(tmp_path, 'event["renditions"]["resized"]["key"]')
    assert 'has no key "resised"' in checked(tmp_path, 'event["renditions"]["resised"]["key"]')
    assert "Incompatible return value type" in checked(tmp_path, 'event["renditions"]["resized"]')


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
