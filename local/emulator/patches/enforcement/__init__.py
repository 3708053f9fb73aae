"""Patches of an emulator that enforces permissions and speaks TLS (`AUTH=true`, `USE_SSL=1`).

Ministack checks callers from outside, and Lambda functions under their roles. These patches check the calls that AWS's
services make of each other.
"""
