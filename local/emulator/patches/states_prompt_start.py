"""An execution enters its first state at once.

AWS: StartExecution starts the execution, and nothing delays it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html

ministack: Each execution sleeps 0.15 s before its first state, for which the user of every image waits.

Patched: It does not.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_run_execution",
        found="    time.sleep(0.15)\n",
        replacement="",
    ),
)
