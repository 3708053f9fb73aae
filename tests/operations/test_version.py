"""The deployed version, and what a checkout with other contracts may not do to the stack."""

import pytest

from lambdas.domain.outcomes import FAILED
from operations import stack as stacks
from tests.operations.stack_in_moto import StackInMoto


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this checkout and the stack have different contracts."""
    monkeypatch.setattr(stacks, "contracts_digest", lambda: "other")


def test_status_shows_the_deployed_version(stack: StackInMoto) -> None:
    """Without an image `status` shows the versions of the stack and of this checkout, and whether the contracts are the same."""
    rows = {name: value for name, value, *_ in stack.run("status").rows}
    assert (rows["version"], rows["contracts"]) == (stack.outputs["Version"], "the same")
    (result,) = stack.run("--json", "status").objects
    assert (result["version"], result["checkout"], result["sameContracts"]) == (
        rows["version"],
        rows["this checkout"],
        True,
    )


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("command", ["redrive", "reprocess"])
def test_nothing_is_written_with_other_contracts(stack: StackInMoto, command: str) -> None:
    """Commands that write are refused, with both versions and what to do; the others work."""
    image = stack.upload_with_status(FAILED)["imageId"]
    result = stack.run(command, image)
    assert (result.code, result.out, stack.started) == (1, "", set())
    assert stack.outputs["Version"] in result.err
    assert result.err.endswith("check out the version that the stack runs, or deploy this checkout first\n")
    assert stack.run(command, image, "--dry-run").code == 0
    assert stack.run("status", image).code == 0
    assert "refused" in stack.run("status").out


def test_nothing_is_written_to_a_stack_without_a_version(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that is older than the version output counts as one with other contracts."""
    monkeypatch.setattr(stacks.Stack, "version", "")
    monkeypatch.setattr(stacks.Stack, "has_own_contracts", False)
    assert "runs an unknown version" in stack.run("redrive", "--all").err
