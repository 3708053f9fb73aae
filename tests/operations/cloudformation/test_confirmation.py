"""Nothing is changed without a confirmation, and nothing is left of a change set that was not confirmed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import pytest

from operations.cli.errors import NOT_CONFIRMED
from operations.cloudformation import deploy as deployment
from operations.cloudformation.target import Target
from operations.command_line import main
from tests.effort import times
from tests.operations.cloudformation.small_stack import BUCKET, STACK, display_names, template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

pytestmark = pytest.mark.usefixtures("small_stack")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that makes standard input a terminal on which the given answer is typed."""

    def answering(answer: str) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda: answer)

    return answering


def test_nothing_is_changed_without_a_terminal(
    target: Target, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal and without --yes the changes are shown, and no stack and no change set is left."""
    assert main(arguments) == NOT_CONFIRMED
    printed = capsys.readouterr()
    assert "Add\tTopic" in printed.out
    assert printed.err == (
        "operations deploy: nothing was changed: there is no terminal to ask on; confirm with --yes (make: YES=1)\n"
    )
    assert _stacks(target) == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [("y", 0), ("", NOT_CONFIRMED), ("Yes", 0), ("n", NOT_CONFIRMED), ("apply", NOT_CONFIRMED)][: times(2, 5)],
)
def test_only_yes_confirms(
    target: Target, arguments: list[str], terminal: Callable[[str], None], answer: str, code: int
) -> None:
    """Only y or yes confirms; any other answer leaves no stack."""
    terminal(answer)
    assert main(arguments) == code
    assert bool(_stacks(target)) == (code == 0)


def test_declined_update_leaves_the_stack(
    target: Target, arguments: list[str], terminal: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack whose update is declined stays as it was, with no change set waiting."""
    assert main([*arguments, "--yes"]) == 0
    before = target.cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    monkeypatch.setattr(deployment, "render", lambda: template("second"))
    terminal("n")
    assert main(arguments) == NOT_CONFIRMED
    assert display_names() == [f"first {BUCKET}"]
    assert [found["StackStatus"] for found in _stacks(target)] == ["CREATE_COMPLETE"]
    assert target.cloudformation.list_change_sets(StackName=STACK)["Summaries"] == before


def test_interrupted_question_leaves_nothing(
    target: Target, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C at the question deletes the change set too."""

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", interrupt)
    with pytest.raises(KeyboardInterrupt):
        main(arguments)
    assert _stacks(target) == []


def _stacks(target: Target) -> "list[StackTypeDef]":
    return list(target.cloudformation.describe_stacks()["Stacks"])
