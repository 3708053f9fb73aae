"""What is raised for a source that cannot be imported as it is."""

from operations.errors import OperationError


class SourceError(OperationError):
    """The source, the list or the owner is wrong, and nothing was started; the message says what to correct."""
