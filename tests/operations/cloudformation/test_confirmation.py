"""Nothing is applied without a yes, and nothing is left of what was not applied."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import pytest

from operations.cli.errors import DECLINED, INTERRUPTED
from operations.cloudformation import deploy as deployment
from operations.cloudformation.deploy import main
from operations.cloudformation.target import Target
from tests.operations.cloudformation.small_stack import BUCKET, STACK, display_names, template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that puts someone at the terminal who answers as told."""

    def answering(answer: str) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda _: answer)

    return answering


def test_nothing_is_applied_where_nobody_can_be_asked(
    target: Target, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal and without --yes the changes are shown, and no stack and no change set is left."""
    assert main(arguments) == DECLINED
    printed = capsys.readouterr()
    assert "Add\tTopic" in printed.out
    assert printed.err == "deploy: nothing is done: there is nobody to ask; --yes (make: YES=1) says yes beforehand\n"
    assert _stacks(target) == []


@pytest.mark.parametrize(
    ("answer", "code"), [("y", 0), ("Yes", 0), ("", DECLINED), ("n", DECLINED), ("apply", DECLINED)]
)
def test_only_yes_applies(
    target: Target, arguments: list[str], terminal: Callable[[str], None], answer: str, code: int
) -> None:
    """Nothing but y or yes applies the changes; any other answer leaves no stack."""
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
    assert main(arguments) == DECLINED
    assert display_names() == [f"first {BUCKET}"]
    assert [found["StackStatus"] for found in _stacks(target)] == ["CREATE_COMPLETE"]
    assert target.cloudformation.list_change_sets(StackName=STACK)["Summaries"] == before


def test_interrupted_question_leaves_nothing(
    target: Target, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C at the question withdraws the change set, too."""

    def interrupt(_: str) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", interrupt)
    assert main(arguments) == INTERRUPTED
    assert _stacks(target) == []


def _stacks(target: Target) -> "list[StackTypeDef]":
    return list(target.cloudformation.describe_stacks()["Stacks"])
