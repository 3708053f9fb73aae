"""The stack on this machine that all tests of the web page share, and the sign-in pages of its user pool."""

from collections.abc import Iterator

import pytest

from local.stack import LocalStack, local_stack
from tests.local.shared import made_once
from tests.local.stack_access import scale_waits

__all__ = ["made_once"]

pytest.register_assert_rewrite("tests.web.sign_in_pages")


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Run the stack with short waits before retries."""
    with local_stack() as running:
        scale_waits(running, 0.01)
        yield running
