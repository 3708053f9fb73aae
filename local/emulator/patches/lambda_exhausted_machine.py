"""A worker that this machine has no space or no files for ends the emulator.

AWS: Each execution environment has its own disk and files.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

ministack: The invocation fails, and so does each that follows.

Patched: The emulator ends, with the reason (local/emulator/exhaustion.py).

Upstream: No report found.
"""

from local.emulator.exhaustion import end_if_exhausted
from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.lambda_svc",
        name="_execute_function_warm",
        found='logger.error("Warm worker execution error for %s: %s", func_name, e)',
        replacement="""end_if_exhausted(e)
        logger.error("Warm worker execution error for %s: %s", func_name, e)""",
        helpers=(end_if_exhausted,),
    ),
)
