"""`asl-graph` on unusable machines of all kinds: one sentence and exit code 2."""

import contextlib
import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.check.prover import UnprovedDataFlowError
from asl.graph import layout_process
from asl.graph.cli import main
from pages.graph import main as draw_pipeline
from tests.asl.graph.machines import MACHINES, ONE_STATE
from tests.effort import repetition

FORMS = ["mermaid", "dot", "json", "svg", "html"]


@pytest.fixture
def asl(tmp_path: Path) -> Path:
    """Give a file with a machine that can be drawn."""
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(ONE_STATE), encoding="utf-8")
    return file


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command, which has to exit with 2, and return the line on standard error, which has no control characters."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err[:-1].isprintable()
    return err


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("Retry", {"ErrorEquals": ["X"]}, "$.States.T.Retry: an object of ErrorEquals, where an array"),
        ("Retry", ["X"], "$.States.T.Retry[0]"),
        ("Retry", [{"MaxAttempts": 1}], "$.States.T.Retry[0].ErrorEquals: nothing"),
        ("Next", "a\x07\nb", r"T leads to a\x07\nb, which is no state"),
        ("Iterator", {"StartAt": "A", "States": {}, "ProcessorConfig": []}, "$.States.T.Iterator.ProcessorConfig"),
        (
            "Iterator",
            {"StartAt": "", "States": {"": {"Type": "Succeed"}}},
            "$.States.T.Iterator.States: a state has no",
        ),
    ],
)
def test_misbuilt_state_is_reported(
    capsys: pytest.CaptureFixture[str], asl: Path, field: str, value: Any, message: str
) -> None:
    """A value that a state cannot have is reported with its place."""
    way = {} if field == "Next" else {"End": True}
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", **way, field: value}
    asl.write_text(json.dumps({"StartAt": "T", "States": {"T": state}}), encoding="utf-8")
    assert message in refusal(capsys, str(asl))


def test_too_deep_a_machine_is_reported(capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """Very deep nesting ends in a message, not in a traceback."""
    asl.write_text('{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":[' * 30_000, encoding="utf-8")
    assert "nested more than 128 levels deep" in refusal(capsys, str(asl))


SPOILS = [None, True, 0, -1.5, "", "x", "a\x00\ud800b", '"><script>', [], ["x"], {}, {"StartAt": "A", "States": {}}]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return each place in a JSON value: its container, and its key or index."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, one in inner for found in [(value, name), *places(one)]]


@given(data=st.data())
def test_any_machine_is_drawn_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """With any place damaged, a machine is drawn, or one line says why not."""
    spoilt = copy.deepcopy(data.draw(st.sampled_from(list(MACHINES.values()))))
    holder, name = data.draw(st.sampled_from(places(spoilt)))
    holder[name] = data.draw(st.sampled_from(SPOILS))
    file = tmp_path_factory.getbasetemp() / "spoilt.json"
    file.write_text(json.dumps(spoilt), encoding="utf-8")
    form = data.draw(st.sampled_from(["mermaid", "dot", "json"]))
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr):
        code = main(["--format", form, "--output", str(file.with_suffix(".out")), str(file)])
    assert (code, stderr.getvalue().count("\n")) in ((0, 0), (2, 1))
    assert stderr.getvalue().rstrip("\n").isprintable()


def test_unknown_type_of_state_is_drawn(capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """The type of a state is escaped."""
    state = {"Type": 'x"/><script>', "End": True}
    asl.write_text(json.dumps({"StartAt": "A", "States": {"A": state}}), encoding="utf-8")
    assert main(["--format", "svg", str(asl)]) == 0
    assert "<script>" not in capsys.readouterr().out


def test_half_characters_are_replaced(capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """JSON can have lone surrogates, which UTF-8 cannot: they are escapes."""
    asl.write_text(json.dumps({"StartAt": "\ud800", "States": {"\ud800": {"Type": "Succeed"}}}), encoding="utf-8")
    for form in FORMS:
        assert main(["--format", form, str(asl)]) == 0
        assert "ud800" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit('Graphviz raised a layout error.')", "Graphviz raised a layout error."),
        ("import os; os.kill(os.getpid(), 9)", "its process ended by signal 9"),
    ],
)
def test_failing_graphviz_is_reported(
    capsys: pytest.CaptureFixture[str], asl: Path, monkeypatch: pytest.MonkeyPatch, program: str, why: str
) -> None:
    """Where Graphviz fails or its process dies, one line says so, and the caller lives."""
    failing = asl.with_name("failing.py")
    failing.write_text(program, encoding="utf-8")
    monkeypatch.setattr(layout_process, "__file__", str(failing))
    message = refusal(capsys, "--format", "svg", str(asl))
    assert message.startswith(f"asl-graph: Graphviz cannot lay this out: {why}; ")


@repetition
def test_long_layout_is_ended(capsys: pytest.CaptureFixture[str], asl: Path) -> None:
    """A graph that Graphviz would lay out for minutes ends as one line."""
    targets = [{"Variable": "$.a", "NumericEquals": number, "Next": f"S{number}"} for number in range(900)]
    choices = {f"C{number}": {"Type": "Choice", "Choices": targets, "Default": "S0"} for number in range(9)}
    states = {f"S{number}": {"Type": "Pass", "Next": f"C{number % 9}"} for number in range(900)}
    asl.write_text(json.dumps({"StartAt": "C0", "States": {**choices, **states}}), encoding="utf-8")
    assert "Graphviz cannot lay this out" in refusal(capsys, "--format", "svg", str(asl))


def test_unproved_pipeline_is_reported(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """If the pipeline is not proved, one sentence names the command that shows the findings."""

    def unproved(*_: Any) -> Any:
        raise UnprovedDataFlowError("the data flow is not proved:\nValidateImage: ...")

    monkeypatch.setattr("templates.resources.state_machine.proved_definition", unproved)
    assert draw_pipeline(["--format", "html"]) == 2
    assert "python -m workflow.proof" in capsys.readouterr().err
