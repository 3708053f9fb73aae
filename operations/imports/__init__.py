"""Imports: what a source has, what it costs, how a run goes on, and its report."""
