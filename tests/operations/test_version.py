"""What is deployed, and what a checkout of other contracts may not do to it."""

import pytest

from lambdas.domain.record import FAILED
from operations import stack as stacks
from tests.operations.desk import Desk


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this checkout have other contracts than the stack."""
    monkeypatch.setattr(stacks, "contracts_digest", lambda: "other")


def test_status_tells_what_is_deployed(desk: Desk) -> None:
    """Without a picture, `status` tells the stack's version and this checkout's, and that they understand each other."""
    rows = {name: value for name, value, *_ in desk.run("status").rows}
    assert (rows["version"], rows["contracts"]) == (desk.outputs["Version"], "the same")
    (told,) = desk.run("--json", "status").objects
    assert (told["version"], told["checkout"], told["sameContracts"]) == (rows["version"], rows["this checkout"], True)


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("command", ["redrive", "reprocess"])
def test_other_contracts_write_nothing(desk: Desk, command: str) -> None:
    """What writes records or starts executions is refused by name of both versions, and says what to do; the rest works."""
    image = desk.ended(FAILED)["imageId"]
    told = desk.run(command, image)
    assert (told.code, told.out, desk.started) == (1, "", set())
    assert desk.outputs["Version"] in told.err
    assert told.err.endswith("check out what the stack runs, or deploy this checkout first\n")
    assert desk.run(command, image, "--dry-run").code == 0
    assert desk.run("status", image).code == 0
    assert "refused" in desk.run("status").out


def test_stack_that_does_not_say_is_not_written_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack made before there were versions counts as one of other contracts."""
    monkeypatch.setattr(stacks.Stack, "version", "")
    monkeypatch.setattr(stacks.Stack, "has_own_contracts", False)
    assert "runs an unknown version" in desk.run("redrive", "--all").err
