"""What is raised when an operation on a stack cannot be done."""


class OperationError(RuntimeError):
    """The operation was refused, or failed; the message says what was wrong and what to do."""
