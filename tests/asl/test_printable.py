"""Output of commands is safe on a terminal: no escape sequence, line end or bidirectional control in it comes from input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from asl.check.cli import main as check
from asl.check.compare import Mismatch
from asl.check.compat import Change, as_text
from asl.graph.cli import main as graph
from asl.printable import printable
from operations.cli.errors import exit_code
from operations.cli.tables import print_table
from operations.errors import OperationError
from templates.refusals.check import TemplateRefusedError, check_template

# A color, a title, CSI in one character, a backspace, a line end, a carriage return, right to left, half a character.
NASTY = "\x1b[31mA\x1b]0;x\x07\x9bK\x08\n\r\u2028B\u202ec\x7f\ud800"
SAFE = r"\x1b[31mA\x1b]0;x\x07\x9bK\x08\n\r\u2028B\u202ec\x7f\ud800"
ORDERS = Path(__file__).parents[2] / "docs/examples/orders"


def test_control_characters_are_escaped() -> None:
    """Letters of all scripts and plain spaces are unchanged; every other space is shown as one."""
    assert printable(NASTY) == SAFE
    assert printable("  Größe  図 🙂 a") == "  Größe  図 🙂 a"
    assert printable("a\u00a0b\u3000c") == "a b c"


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """Give the machine of the example, with a state whose name and path have control characters."""
    machine = json.loads((ORDERS / "machine.json").read_text(encoding="utf-8"))
    state = {"Type": "Pass", "InputPath": f"$['{NASTY}']", "Next": machine["StartAt"]}
    file = tmp_path / "machine.json"
    file.write_text(json.dumps({**machine, "StartAt": NASTY, "States": {NASTY: state, **machine["States"]}}))
    return file


def test_gaps_and_sizes_are_printable(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names and paths in findings and in the table of sizes are printable, each in one line."""
    assert check([str(nasty), "--contracts", str(ORDERS / "contracts")]) == 1
    printed = capsys.readouterr().out
    assert f"error: {SAFE}, InputPath" in printed
    assert [line for line in printed.split("\n") if line.startswith(f"{SAFE}  ")]
    assert all(line.isprintable() for line in printed.split("\n"))


@pytest.mark.parametrize("command", [check, graph])
def test_unusable_machine_is_reported_printable(
    command: Callable[[list[str]], int], nasty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message on an unusable machine is one printable line."""
    nasty.write_text(json.dumps({"StartAt": NASTY, "States": {"A": {"Type": "Succeed"}}}), encoding="utf-8")
    assert command([str(nasty), "--contracts", str(ORDERS / "contracts")]) == 2
    (line, end) = capsys.readouterr().err.split("\n")
    assert SAFE in line
    assert line.isprintable()
    assert end == ""


def test_breaks_of_contracts_are_printable() -> None:
    """The name of a field in a breaking change is printable."""
    printed = as_text([Change("order", "changed", (Mismatch(NASTY, "a number", "text"),))])
    assert all(line.isprintable() for line in printed.split("\n"))
    assert f"              ${SAFE}: a number" in printed


def test_refused_names_are_printable() -> None:
    """The name of a refused resource is printable."""
    with pytest.raises(TemplateRefusedError) as found:
        check_template(json.dumps({"Resources": {NASTY: {"Type": "AWS::SNS::Topic"}}}))
    assert SAFE in str(found.value)
    assert all(line.isprintable() for line in str(found.value).split("\n"))


def test_faults_are_printable(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of a command of operations is printable, and keeps its lines."""

    def refused() -> None:
        raise OperationError(f"{NASTY}:", f"  {NASTY}")

    assert exit_code("deploy", refused) == 1
    assert capsys.readouterr().err == f"deploy: {SAFE}:\n  {SAFE}\n"


def test_cells_are_printable(capsys: pytest.CaptureFixture[str]) -> None:
    """Values of a record, such as an error's cause, are printable in tables."""
    print_table(["what", "value"], [["cause", NASTY]])
    assert capsys.readouterr().out == f"cause\t{SAFE}\n"
