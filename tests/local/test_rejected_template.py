"""The laptop's stack refuses what AWS would refuse, though the emulator takes it."""

import json

import pytest

from local.stack import local_stack
from operations.cloudformation import deploy as deployment
from operations.errors import OperationError
from tests.templates.emitted import template


def test_stack_on_a_laptop_is_not_made_of_what_aws_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A null in the template ends `local up` with its place, before the emulator is asked to make anything."""
    refused = {**template(), "Metadata": {"Own": [None]}}
    monkeypatch.setattr(deployment, "render", lambda: json.dumps(refused))
    with pytest.raises(OperationError, match=r"\$\.Metadata\.Own\[0\]: null is not allowed"), local_stack():
        pass
