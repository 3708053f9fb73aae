"""An invocation ends when the function has answered, and its log is whole.

AWS: Lambda captures what a function writes, and sends it to CloudWatch Logs apart from the answer.
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html

ministack: It looks each millisecond for lines: 50 ms after an answer if there are none, else until none came for 5 ms. On a
busy machine, later lines are in the log of the next invocation.

Patched: What the worker had written when it answered is its log (local/emulator/worker_logs.py).

Upstream: The wait came with https://github.com/ministackorg/ministack/pull/449. No report of its cost found.
"""

from local.emulator.patch import SourcePatch
from local.emulator.worker_logs import opened_log

_FOLLOW = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="target=self._read_stderr, daemon=True",
    replacement="target=opened_log(self).follow, daemon=True",
    helpers=(opened_log,),
)
_ANSWERED = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker.invoke",
    found='response["log"] = self._drain_stderr_bounded()',
    replacement='response["log"] = self.log.taken()',
)
_TIMED_OUT = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker.invoke",
    found='"log": self._drain_stderr(),',
    replacement='"log": self.log.taken(),',
)
PATCHES = (_FOLLOW, _ANSWERED, _TIMED_OUT)
