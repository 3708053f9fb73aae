"""The local stack rejects templates that AWS rejects, although the emulator accepts them."""

import json

import pytest

from local import stack
from operations.errors import OperationError
from tests.templates.emitted import template


def test_null_in_the_template_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A null in the template is an error with its place, before anything is deployed."""
    refused = {**template(), "Metadata": {"Own": [None]}}
    monkeypatch.setattr(stack, "cached_template", lambda: json.dumps(refused))
    with pytest.raises(OperationError, match=r"\$\.Metadata\.Own\[0\]: null is not allowed"), stack.local_stack():
        pass
