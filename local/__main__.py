"""The stack on this machine: `python -m local process IMAGE...` or `python -m local up`."""

import os
import sys

from asl.command import run_module

if __name__ == "__main__":
    code = run_module("local", "local.command_line")
    sys.stderr.flush()
    # All that must be removed has been. To free the objects of the SDK and of the template, one by one, takes 0.2 s.
    os._exit(code)
