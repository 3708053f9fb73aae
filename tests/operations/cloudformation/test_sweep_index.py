"""The sweep's index: the first update of a stack of an older version leaves it for the next one."""

from pathlib import Path

import pytest

from operations.cloudformation import deploy as deployment
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.stacks import describe
from operations.cloudformation.sweep_index import PARAMETER
from operations.cloudformation.target import Target
from tests.operations.cloudformation.small_stack import STACK, template

pytestmark = pytest.mark.usefixtures("small_stack")


def _deployed(target: Target, folder: Path, **parameters: str) -> tuple[str | None, list[str]]:
    """Deploy, and return the stack's value of the parameter, if it has one, and the notices about it."""
    notices: list[str] = []
    deploy(target, STACK, folder, Options(parameters, notice=notices.append))
    found = describe(target.cloudformation, STACK)["Parameters"]
    values = {one["ParameterKey"]: one["ParameterValue"] for one in found}
    return values.get(PARAMETER), [notice for notice in notices if PARAMETER in notice]


def test_an_update_adds_one_index(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack without the parameter gets it as false, with a notice what to do; the next deployment decides."""
    assert _deployed(target, tmp_path) == (None, [])
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "true"}))
    value, (notice,) = _deployed(target, tmp_path)
    assert (value, f"{PARAMETER}=true" in notice) == ("false", True)
    assert _deployed(target, tmp_path) == ("false", [])
    assert _deployed(target, tmp_path, **{PARAMETER: "true"}) == ("true", [])


def test_a_new_stack_has_both_indexes(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table is created with any number of indexes."""
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "true"}))
    assert _deployed(target, tmp_path) == ("true", [])


def test_a_named_value_counts(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names the parameter knows that the stack has the other index."""
    _deployed(target, tmp_path)
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "false"}))
    assert _deployed(target, tmp_path, **{PARAMETER: "true"}) == ("true", [])
