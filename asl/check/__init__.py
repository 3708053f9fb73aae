"""The data-flow proof: on every path through a state machine, every state gets what it requires."""
