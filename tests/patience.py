"""How long a test waits for what has to happen."""

PATIENCE = 300.0  # seconds: it bounds a failure only, so that a busy machine fails nothing
