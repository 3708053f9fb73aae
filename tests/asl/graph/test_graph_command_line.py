"""`asl-graph`: its output, and its messages on unusable input."""

import io
import json
import sys
from pathlib import Path

import pytest

from asl.graph.cli import main
from asl.graph.mermaid import mermaid
from asl.graph.model import graph_of
from asl.graph.sources import Subject, from_execution
from pages.graph import main as draw_pipeline
from tests.asl.graph.machines import POLLER, UNDOING
from workflow.graph import pipeline_graph

ROOT = Path(__file__).parents[3]
ORDERS = ROOT / "docs/examples/orders"
REJECTED = ROOT / "docs" / "examples" / "rejected.json"

BEGINNINGS = {"mermaid": "stateDiagram-v2", "dot": "digraph {", "svg": "<svg", "json": "{", "html": "<!doctype html>"}


@pytest.fixture
def asl(tmp_path: Path) -> Path:
    """Give a machine in a file."""
    file = tmp_path / "poller.json"
    file.write_text(json.dumps(POLLER), encoding="utf-8")
    return file


@pytest.mark.parametrize(("form", "beginning"), BEGINNINGS.items())
def test_every_format_is_printed(capsys: pytest.CaptureFixture[str], asl: Path, form: str, beginning: str) -> None:
    """Each format is printed to standard output, and nothing to standard error."""
    assert main(["--format", form, str(asl)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(beginning)
    assert "Ask for the job" in out
    assert err == ""


def test_contracts_name_the_edges(capsys: pytest.CaptureFixture[str]) -> None:
    """With --contracts, edges have the contracts of their payloads, and the viewer has the proved sizes."""
    own = [str(ORDERS / "machine.json"), "--contracts", str(ORDERS / "contracts")]
    assert main(own) == 0
    assert "[*] --> CheckOrder: order" in capsys.readouterr().out
    assert main([*own, "--format", "html"]) == 0
    assert '"sizes":{"input":' in capsys.readouterr().out


def test_machine_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With `-` for a file, the machine is read from standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(POLLER)))
    assert main(["-"]) == 0
    assert capsys.readouterr().out == mermaid(graph_of(POLLER))


@pytest.mark.parametrize(
    "arguments", [[], ["--contracts", "x", "--execution", "arn"], ["x.json", "--execution", "arn", "--format", "svg"]]
)
def test_machine_is_a_file_or_an_execution(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """The command needs one machine: a file or an execution."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "FILE" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names the command."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("asl-graph ")


def test_missing_packages_are_named(
    capsys: pytest.CaptureFixture[str], asl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the packages of the extra `graph`, one line names what to install: packages that the index has."""
    monkeypatch.setattr("asl.graph.cli.find_spec", lambda _: None)
    assert main(["--format", "svg", str(asl)]) == 2
    assert capsys.readouterr().err.endswith(": pip install jinja2 pygraphviz\n")


def test_pipeline_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m pages.graph` draws the pipeline."""
    assert draw_pipeline([]) == 0
    assert capsys.readouterr().out == mermaid(pipeline_graph())


def test_output_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """With --output the drawing is in the file and nothing is printed."""
    file = tmp_path / "poller.mmd"
    assert main(["--output", str(file), str(asl)]) == 0
    assert file.read_text(encoding="utf-8") == mermaid(graph_of(POLLER))
    assert capsys.readouterr().out == ""


@pytest.mark.share(1)
@pytest.mark.parametrize("form", ["svg", "html"])
def test_history_is_shown(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Visited states have the colors of their outcomes, the others are faint."""
    assert draw_pipeline(["--history", str(REJECTED), "--format", form]) == 0
    out = capsys.readouterr().out
    assert 'class="state Task caught" data-state="ValidateImage"' in out
    assert 'class="state Task faint" data-state="ArchiveImage"' in out
    assert 'class="edge catch" data-from="ValidateImage" data-to="HandleError"' in out
    assert 'class="edge catch faint" data-from="MarkRejectionNotified" data-to="Rejected"' in out
    assert 'class="edge next" data-from="MarkRejectionNotified" data-to="Rejected"' in out
    if form == "html":
        assert "the first error was ImageRejected in ValidateImage" in out
        assert 'class="bar caught"' in out


def test_history_of_another_machine_is_told(capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """The machine is drawn, since it may be of another version; what it does not have is named."""
    assert main([str(asl), "--history", str(REJECTED), "--format", "svg"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("<svg")
    assert err.startswith(
        "asl-graph: the execution was of another machine, or of another version: it visited ValidateImage"
    )
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "cannot be read"), ("[]", "no state machine"), ('{"StartAt": "A", "States": {}}', "StartAt leads to A")],
)
def test_unusable_machine_is_reported_in_a_line(
    capsys: pytest.CaptureFixture[str], asl: Path, content: str, message: str
) -> None:
    """An unusable machine is one line on standard error and exit code 2."""
    asl.write_text(content, encoding="utf-8")
    assert main([str(asl)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


@pytest.mark.share(2)
@pytest.mark.parametrize(
    "content", ["", "{}", '{"events": [{"id": 1}]}', '[{"id": 1, "type": "x", "timestamp": "soon"}]', "[]"]
)
def test_unusable_history_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str) -> None:
    """An unusable history is one line on standard error and exit code 2."""
    file = tmp_path / "history.json"
    file.write_text(content, encoding="utf-8")
    assert draw_pipeline(["--history", str(file), "--format", "svg"]) == 2
    assert "histor" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("nonsense", "no execution's ARN"),
        ("", "no execution's ARN"),
        ("arn:aws:states:eu-west-1:123456789012:express:machine:name:id", "EXPRESS"),
    ],
)
def test_unusable_execution_is_reported(capsys: pytest.CaptureFixture[str], arn: str, message: str) -> None:
    """An invalid ARN, or one of an execution without a history, is refused before any call."""
    assert main(["--execution", arn, "--format", "html"]) == 2
    assert message in capsys.readouterr().err


def test_execution_needs_a_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    """An execution can be shown as SVG or HTML only."""
    with pytest.raises(SystemExit):
        draw_pipeline(["--history", str(REJECTED), "--format", "dot"])
    assert "svg or html" in capsys.readouterr().err


def test_unwritable_output_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path, asl: Path) -> None:
    """A file that cannot be written is named, with exit code 2."""
    assert main(["--output", str(tmp_path), str(asl)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_main_path_does_not_lead_back() -> None:
    """The main path leads neither back nor, if there is another way, to a Fail state."""
    assert graph_of(POLLER).spine[-2:] == ("Done?", "End")
    assert graph_of(UNDOING).spine[-1] == "Booked"


def test_main_path_follows_the_default() -> None:
    """The main path follows the Default of a Choice if several targets do not fail."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Rare"}], "Default": "Usual"}
    states = {"Ask": choice, "Rare": {"Type": "Succeed"}, "Usual": {"Type": "Succeed"}}
    assert graph_of({"StartAt": "Ask", "States": states}).spine[-2:] == ("Ask", "Usual")


def test_execution_has_the_facts_of_its_own_machine_only() -> None:
    """An execution is drawn as the default machine if it ran that one, and else by its own definition."""
    own = Subject(POLLER, graph_of(POLLER))
    assert from_execution(POLLER, "arn:x:poller", own) is own
    other = from_execution(UNDOING, "arn:x:undoing", own)
    assert (other.definition, other.graph) == (UNDOING, graph_of(UNDOING, title="undoing"))


def test_machine_of_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A template has its machine drawn; of several, --machine takes one."""
    one = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": {"StartAt": "Only", "States": {}}}}
    one["Properties"]["Definition"]["States"] = {"Only": {"Type": "Succeed"}}  # type: ignore[index]
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"One": one, "Two": one}}))
    assert main([str(template), "--machine", "Two"]) == 0
    assert "Only" in capsys.readouterr().out
    assert main([str(template)]) == 2
    assert "--machine takes one of: One, Two" in capsys.readouterr().err
