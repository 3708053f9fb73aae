"""The errors that the workflow knows by name: Step Functions sees the class name of a Python error.

The names are part of the state machine and of the contracts, so they do not end in Error, as lint rule N818 asks for.
"""

import json

# The message for uploaders in any failure; the reason is for operators.
INTERNAL_ERROR_MESSAGE = "The image could not be processed because of an internal error."


class ImageRejected(Exception):
    """The image cannot be processed, and its uploader is notified. It is never retried and raises no alarm."""

    def __init__(self, reason: str, message: str) -> None:
        """Take a code of `reason` in common.json and a sentence for the uploader; both go into JSON as in `rejection`."""
        super().__init__(json.dumps({"reason": reason, "message": message}))
        self.reason = reason
        self.message = message


class StaleExecution(Exception):
    """The image's record is final, or belongs to a newer version or attempt: this execution has nothing to do."""

    def __init__(self, message: str, *, succeeded: bool = False) -> None:
        """Take whether this execution itself had succeeded before, so that what it archived stays."""
        super().__init__(message)
        self.succeeded = succeeded


class PreviousOutcomePending(Exception):
    """An earlier outcome of the image has to be published first. This happens after a failure, and passes."""


class NotConfigured(Exception):
    """An environment variable of a function is missing. This passes: code and configuration are being replaced."""


class ContractViolation(ValueError):
    """A payload violates its contract: an internal error that no retry can correct."""

    def __init__(self, contract: str, path: str, rule: str, requirement: str) -> None:
        """Take the contract, the JSON path in the payload, the schema's keyword violated there, and what it requires."""
        super().__init__(f"{contract}: {path} {requirement}")
        self.contract = contract
        self.path = path
        self.rule = rule
        self.requirement = requirement
