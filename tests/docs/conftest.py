"""What the documents' commands run on."""

from tests.local.shared import made_once

__all__ = ["made_once"]
