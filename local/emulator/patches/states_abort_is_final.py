"""An aborted execution stays aborted.

AWS: The status of a stopped execution is final, even if the running task fails later.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
(Measured on AWS in https://github.com/floci-io/floci/issues/2734.)

ministack: The task that fails afterwards turns the execution's status into FAILED.

Patched: Only an execution that is running can fail.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_fail_execution",
        found='execution["status"] = "FAILED"',
        replacement="""if execution["status"] != "RUNNING":
        return
    execution.update(status="FAILED")""",
    ),
)
