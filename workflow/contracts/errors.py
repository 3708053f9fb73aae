"""The errors whose names the workflow knows; Step Functions sees a Python error by its class name."""

import json

# What uploaders are told of any failure; the reason is for operators.
INTERNAL_ERROR_MESSAGE = "The picture could not be processed; the fault is ours."


class ImageRejected(Exception):  # noqa: N818 - it is the name that uploaders and the graph know
    """The picture is not one we process: the uploader's to know, never retried, no alarm."""

    def __init__(self, reason: str, message: str) -> None:
        """Carry the reason, a code of `reason` in common.json, and a sentence for the uploader, as JSON of the contract `rejection`."""
        super().__init__(json.dumps({"reason": reason, "message": message}))
        self.reason = reason
        self.message = message


class StaleExecution(Exception):  # noqa: N818 - the same
    """The picture's record has its end, or is a newer version's or attempt's: this execution has nothing to do."""

    def __init__(self, message: str, *, succeeded: bool = False) -> None:
        """Say that the execution which hears it had itself succeeded earlier: what it archived stays."""
        super().__init__(message)
        self.succeeded = succeeded


class PreviousOutcomePending(Exception):  # noqa: N818 - the same
    """An earlier end of the picture has to be told before this execution may begin: true for a while, after a failure."""


class NotConfigured(Exception):  # noqa: N818 - it is the name that the graph knows
    """A variable that a function reads is missing: true for seconds while code and configuration are being replaced."""


class ContractViolation(ValueError):  # noqa: N818 - the same
    """A payload broke its contract: a fault of ours that a retry cannot mend."""

    def __init__(self, contract: str, path: str, rule: str, said: str) -> None:
        """Name the contract, the JSON path in the payload, the schema's keyword broken there, and say what it asks."""
        super().__init__(f"{contract}: {path} {said}")
        self.contract = contract
        self.path = path
        self.rule = rule
        self.said = said
