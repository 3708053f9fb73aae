"""Proves a state machine's data flow: that on every path, every state gets what it needs."""
