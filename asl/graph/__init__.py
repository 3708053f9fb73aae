"""Drawings of state machines and of their executions."""
