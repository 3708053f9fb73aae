"""A server of the sandbox that lost the processor: whether its child was out of time, or ended itself for another reason."""

import os
import signal
import socket
import sys
from time import monotonic

import pytest

from lambdas.runtime.sandbox import server
from lambdas.runtime.sandbox.bounds import BOUNDS

END_ITSELF = "import os, signal; signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM]); os.kill(os.getpid(), signal.SIGALRM)"


@pytest.mark.parametrize(("ago", "busy"), [(BOUNDS.time, True), (0, False)], ids=["in time", "too early"])
def test_an_alarm_counts_from_the_fork(ago: float, *, busy: bool) -> None:
    """A child that its alarm ended is tried again: also if the server did nothing between the fork and its end.

    An alarm before its time is none of ours.
    """
    forked = monotonic() - ago
    reader, writer = os.pipe()
    child = os.posix_spawn(sys.executable, [sys.executable, "-ISc", END_ITSELF], {})
    os.close(writer)
    ours, theirs = socket.socketpair()
    with ours, theirs, os.fdopen(reader):
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        end = server._wait(ours, child, reader, BOUNDS.time, forked)  # noqa: SLF001 - no schedule of a system makes it late
    assert (end["status"], end["busy"]) == (-signal.SIGALRM, busy)
