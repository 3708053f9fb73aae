"""A state machine as something to look at; `python -m workflow.graph` draws it."""
