"""Text that strangers choose: whatever is in it, the commands print it as printable text, and JSON has it unchanged."""

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from asl.check.cli import main as check
from asl.graph.cli import main as graph
from local.command_line import main as local
from local.console import show_table
from local.process import Outcome
from operations.cli import progress
from operations.cli.confirm import NotConfirmedError, confirm
from operations.cli.errors import exit_code
from operations.cli.tables import print_object, print_sentence, print_table
from operations.command_line import main as operations
from operations.errors import OperationError
from tests.effort import times
from workflow.compat import main as compat

# Line ends, escape sequences in one and two characters, marks that reorder or have no width, line separators, halves of
# surrogate pairs, tags, markup of rich, of HTML and of Mermaid, and paths.
PIECES = [
    *("\r\n", "\x00", "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x7f", "\x85", "\t", "\x08"),
    *("\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u2028", "\u2029", "\ud800", "\U000e0041", "\u3000"),
    *(
        "[red]",
        "[/]",
        "[link=file:///etc]",
        "<script>",
        "&amp;",
        "{{ 1 }}",
        "%1B",
        "\\x1b",
        "../",
        "-->",
        '"',
        "'",
        "a",
        "é",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(), min_size=1, max_size=6).map("".join)
examples = settings(max_examples=times(6, 300), deadline=None)


def printed(command: Callable[[], object]) -> str:
    """Return what command prints on both streams."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), suppress(SystemExit):
        command()
    return out.getvalue() + err.getvalue()


def assert_printable(text: str) -> None:
    """Fail unless text is printable, apart from the ends of its lines."""
    assert [ascii(line) for line in text.split("\n") if not line.isprintable()] == []


def machine(text: str) -> dict[str, Any]:
    """Return a state machine with text wherever a machine may have any."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "StringEquals": text, "Next": text}], "Default": "Task"}
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:lambda:eu-west-1:1:function:{text}",
        "Parameters": {text: text, "path.$": f"$['{text}']", "call.$": text},
        "Catch": [{"ErrorEquals": [text], "Next": text}],
        "Next": text,
    }
    first = f"{text}1"
    return {
        "StartAt": first,
        "States": {first: choice, "Task": task, text: {"Type": "Fail", "Error": text, "Cause": text}},
    }


def history(text: str) -> list[dict[str, Any]]:
    """Return the events of an execution of machine(text) that failed."""
    time = {"timestamp": 1_700_000_000}
    names = [f"{text}1", "Task", text]
    kinds = ["ChoiceStateEntered", "TaskStateEntered", "FailStateEntered"]
    found: list[dict[str, Any]] = [{"id": 1, "type": "ExecutionStarted", **time}]
    for number, (name, kind) in enumerate(zip(names, kinds, strict=True), 2):
        details = {"name": name, "input": json.dumps({text: text})}
        found.append(
            {"id": number, "previousEventId": number - 1, "type": kind, "stateEnteredEventDetails": details, **time}
        )
    failed = {"error": text, "cause": text}
    return [
        *found,
        {"id": 9, "previousEventId": 4, "type": "ExecutionFailed", "executionFailedEventDetails": failed, **time},
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the files of all examples."""
    made = tmp_path_factory.mktemp("hostile")
    (made / "mapping.json").write_text('{"startsWith": "any"}')
    return made


def write(folder: Path, text: str) -> list[str]:
    """Write a machine with text in it, its contract and a history; return the machine's file as an argument."""
    contract = {"type": "object", "properties": {"x": {"enum": [text, "b"]}, text: {"type": "null"}}, "required": ["x"]}
    (folder / "any.json").write_text(json.dumps(contract))
    (folder / "history.json").write_text(json.dumps({"events": history(text)}))
    file = folder / "machine"
    file.write_text(json.dumps(machine(text)))
    return [str(file)]


@examples
@given(text=TEXTS)
def test_checker_prints_printable_text(folder: Path, text: str) -> None:
    """Names, paths and values in findings, sizes and errors are printable, as text and as JSON."""
    file = [*write(folder, text), "--contracts", str(folder)]
    assert_printable(printed(lambda: check(file)))
    found = printed(lambda: check([*file, "--json"]))
    assert_printable(found)
    assert text in json.loads(found)["sizes"]
    assert_printable(printed(lambda: check([text, "--contracts", text])))


@pytest.mark.share(2)
@examples
@given(text=TEXTS)
@pytest.mark.parametrize("form", ["mermaid", "dot", "json", "svg", "html"])
def test_drawings_are_printable(folder: Path, text: str, form: str) -> None:
    """Names, labels and errors are printable in every format, also with an execution."""
    file = [*write(folder, text), "--format", form]
    assert_printable(printed(lambda: graph(file)))
    if form in ("svg", "html"):
        assert_printable(printed(lambda: graph([*file, "--history", str(folder / "history.json")])))


@examples
@given(text=TEXTS)
def test_command_lines_repeat_printable_text(text: str) -> None:
    """What is typed on a command line is printable in its errors."""
    word = os.fsdecode(text.replace("\x00", "").encode(errors="surrogatepass"))  # as an argument can be
    for command, arguments in _wrong(word):
        assert_printable(printed(partial(command, arguments)))


def _wrong(word: str) -> Iterator[tuple[Callable[[list[str]], int], list[str]]]:
    yield check, [f"--{word}"]
    yield graph, ["a.json", "--format", word]
    yield graph, [f"x{word}", "--output", word]
    yield compat, [f"{word}x"]
    yield local, ["process", f"x/{word}"]
    yield local, ["up", "--parameter", f"x{word.replace('=', '')}"]
    yield local, [f"x{word}"]
    yield operations, ["status", f"--{word}", word]
    yield operations, ["deploy", "--artifacts", "b", "--parameter", f"x{word.replace('=', '')}"]


@examples
@given(text=TEXTS)
def test_operations_print_printable_text(text: str) -> None:
    """Tables, sentences, questions and errors are printable, and an object in JSON has the same value."""
    assert_printable(printed(lambda: print_table([text], [[text], [text]])))
    assert_printable(printed(lambda: print_sentence(text)))
    shown = printed(lambda: print_object({text: text}))
    assert_printable(shown)
    assert json.loads(shown) == {text: text}
    for error in (OperationError(text, text), NotConfirmedError(text), OSError(5, text, text), _client_error(text)):
        assert_printable(printed(partial(exit_code, "status", partial(_raise, error))))
    with pytest.raises(NotConfirmedError):
        confirm(text, yes=False, how=text)


def _client_error(text: str) -> ClientError:
    return ClientError({"Error": {"Code": text, "Message": text}}, "GetItem")


def _raise(error: Exception) -> int:
    raise error


@examples
@given(text=TEXTS)
def test_tables_on_a_terminal_show_names_as_text(text: str) -> None:
    """On a terminal, too, what looks like an escape sequence or like markup of rich is shown as text."""
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    with redirect_stdout(out):
        print_table([text], [[text]])
    plain = _without_styles(out.getvalue())
    assert_printable(plain)
    whole = plain.translate(str.maketrans("", "", " \n"))  # long cells are folded
    assert whole.count("[red]") >= 2 * text.count("[red]")


@examples
@given(text=TEXTS)
def test_spinner_shows_names_as_text(text: str) -> None:
    """Names of what is in progress are printable, and markup in them stays text."""
    out = io.StringIO()
    console = Console(file=out, width=1000)
    console.print(progress._text(f"deploying {text}"))  # noqa: SLF001 - what the spinner shows
    assert_printable(out.getvalue())
    assert out.getvalue().count("[red]") == text.count("[red]")


def _without_styles(text: str) -> str:
    """Return text without the escape sequences that rich itself writes for colors and weights."""
    for style in ("\x1b[1m", "\x1b[0m", "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1;31m"):
        text = text.replace(style, "")
    return text


@examples
@given(text=TEXTS)
def test_outcomes_of_the_laptop_are_printable(text: str) -> None:
    """File names, reasons and folders are printable in the table; JSON has them unchanged."""
    outcome = Outcome(text, text, None, text, 1.0, {"metadata": {text: text}}, folder=Path(text.replace("\x00", "")))
    assert_printable(printed(lambda: show_table([outcome])).replace("\t", " "))  # between columns
    assert_printable(outcome.to_json())
    assert json.loads(outcome.to_json())["record"] == {"metadata": {text: text}}
