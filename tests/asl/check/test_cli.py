"""The command line: its exit codes, what it prints for a person and for a tool, and what it loads."""

import copy
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asl.check.cli import main

ROOT = Path(__file__).parents[3]
ORDERS = ROOT / "docs/examples/orders"
COMMAND = [sys.executable, "-m", "asl.check"]


def command(machine: str, *more: str) -> list[str]:
    """Return the arguments that prove one of the example's machines."""
    return [str(ORDERS / machine), "--contracts", str(ORDERS / "contracts"), *more]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does."""
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("machine", "code", "verdict"), [("machine", 0, "proved: "), ("broken", 1, "not proved: 3 findings")]
)
def test_exit_code_is_the_verdict(machine: str, code: int, verdict: str) -> None:
    """A proved machine exits with 0 and one with findings with 1; the last line says so, and stderr stays empty."""
    done = run(*command(f"{machine}.json"))
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.splitlines()[-1].startswith(verdict)


def test_unusable_input_exits_with_2_and_one_line() -> None:
    """Unusable input exits with 2, says what and where in one line on stderr, and prints nothing else."""
    done = run(*command("missing.json"))
    file = ORDERS / "missing.json"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"asl-check: {file} cannot be read: No such file or directory\n"


def test_file_that_is_no_machine_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several files, the message names the one that is no state machine."""
    sound, wrong = tmp_path / "sound.json", tmp_path / "wrong.json"
    sound.write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    wrong.write_text('{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}')
    assert main([str(sound), str(wrong)]) == 2
    assert capsys.readouterr() == ("", f"asl-check: {wrong}: StartAt leads to B, which is no state beside it\n")


def test_closed_input_is_unusable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With `<&-` there is nothing to read, which is said in one line."""
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["-"]) == 2
    assert capsys.readouterr() == ("", "asl-check: standard input cannot be read: it is closed\n")


def test_finding_has_place_path_and_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """A finding names the state and field, the path to it, what is provided, what is required, and a suggestion."""
    assert main(command("broken.json")) == 1
    blocks = capsys.readouterr().out.split("\n\n")
    (block,) = (block for block in blocks if block.startswith("error: TellStaff, Parameters.Message.$"))
    lines = dict(line.strip().split(maxsplit=1) for line in block.splitlines()[1:])
    assert list(lines) == ["at", "path", "provided", "required", "suggestion"]
    assert lines["at"] == f"{ORDERS / 'broken.json'}:141:9"
    assert lines["path"].split(" > ") == ["CheckOrder", "HasCoupon", "ReserveLines", "ChargeAndPack"]
    assert lines["provided"] == "an object of Cause, Error at $"
    assert lines["required"] == "`$.order.orderId`"
    assert "did you mean `$.error`?" in lines["suggestion"]


def test_json_has_everything_in_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one document: the verdict, each finding with all its fields, what is accepted, the limit and the sizes."""
    assert main(command("broken.json", "--json")) == 1
    result = json.loads(capsys.readouterr().out)
    assert main(command("broken.json")) == 1
    text = capsys.readouterr().out
    assert set(result) == {"proved", "findings", "accepted", "warnings", "limit", "sizes"}
    assert (result["proved"], result["accepted"], result["limit"]) == (False, [], 262_144)
    for finding in result["findings"]:
        known = {"state", "field", "path", "provided", "required", "suggestion", "decided"}
        assert set(finding) == known | {"file", "line", "column"}
        place = f"{finding['file']}:{finding['line']}:{finding['column']}"
        assert f"error: {finding['state']}, {finding['field']}\n  at          {place}\n" in text
        assert f"  path        {' > '.join(finding['path'])}\n" in text
        assert f"  provided    {finding['provided']}\n  required    {finding['required']}\n" in text
        assert finding["suggestion"] is None or f"  suggestion  {finding['suggestion']}\n" in text
    for state, sizes in result["sizes"].items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"{state} "))
        assert row.split()[1:] == [
            f"{sizes[kind]:,}" for kind in ("input", "parameters", "result", "output") if kind in sizes
        ]


def test_json_of_a_proof(capsys: pytest.CaptureFixture[str]) -> None:
    """--json has the verdict and a bound for every state."""
    assert main(command("machine.json", "--json")) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["proved"], result["findings"]) == (True, [])
    assert all(0 < size <= result["limit"] for sizes in result["sizes"].values() for size in sizes.values())


def test_machine_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With `-` for a file, the machine is read from standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO((ORDERS / "machine.json").read_text(encoding="utf-8")))
    assert main(["-", "--contracts", str(ORDERS / "contracts")]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("{"))
    assert main(["-", "--contracts", str(ORDERS / "contracts")]) == 2
    assert capsys.readouterr().err.startswith("asl-check: standard input cannot be read: ")


def test_file_is_proved_without_the_tools_that_write_machines() -> None:
    """A machine from a file is proved without loading the authoring SDK, the template's library or an AWS client."""
    code = (
        "import sys; from asl.check.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'stepfunctions', 'troposphere', 'awacs', 'boto3', 'botocore', 'setuptools'} & set(sys.modules);"
        "sys.exit(code or ' '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command("machine.json")], cwd=ROOT, check=False, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def accepting(folder: Path, machine: Any, accepted: dict[str, str], *more: str) -> int:
    """Prove a machine that has an order and no contracts, with these places accepted."""
    (folder / "order.json").write_text('{"type": "string", "maxLength": 9}')
    (folder / "mapping.json").write_text(json.dumps({"startsWith": "order", "accepted": accepted}))
    (folder / "machine.json").write_text(json.dumps(machine))
    return main([str(folder / "machine.json"), "--contracts", str(folder), *more])


UNDECIDED: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {"Ask": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $assert(true) %}", "End": True}},
}


def test_undecided_construct_fails_until_it_is_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An undecided field fails the check until the mapping accepts it; then it is reported with the reason."""
    assert accepting(tmp_path, UNDECIDED, {}) == 1
    assert "undecided: Ask, Output\n" in capsys.readouterr().out
    (tmp_path / "again").mkdir()
    assert accepting(tmp_path / "again", UNDECIDED, {"Ask.Output": "we know"}) == 0
    result = capsys.readouterr().out
    assert "accepted: Ask, Output\n" in result
    assert "  reason      we know\n" in result


def test_json_keeps_what_is_accepted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json lists accepted findings apart from the others."""
    assert accepting(tmp_path, UNDECIDED, {"Ask.Output": "we know"}, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["proved"], result["findings"]) == (True, [])
    assert [(finding["state"], finding["field"], finding["decided"]) for finding in result["accepted"]] == [
        ("Ask", "Output", False)
    ]


def test_certain_error_cannot_be_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that is certain fails the check, even if the mapping accepts it."""
    machine = copy.deepcopy(UNDECIDED)
    machine["States"] = {"Ask": {"Type": "Pass", "Parameters": {"a.$": "$.x"}, "End": True}}
    assert accepting(tmp_path, machine, {"Ask.Parameters.a.$": "please"}) == 1
    assert "error: Ask, Parameters.a.$" in capsys.readouterr().out
