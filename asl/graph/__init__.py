"""A state machine as something to look at; `python -m asl.graph` draws it."""
