"""Python imports this at its start, where the folder is on PYTHONPATH: it is for the processes that tests start."""

from importlib import import_module

import_module("loopback").install()
