"""The stack on this machine: `python -m local process IMAGE...` or `python -m local up`."""

from asl.command import leave, run_module

if __name__ == "__main__":
    leave(run_module("local", "local.command_line"))
