"""The structured log."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """Return the JSON logger; level and service name come from Powertools' own variables."""
    from aws_lambda_powertools import Logger

    return Logger()
