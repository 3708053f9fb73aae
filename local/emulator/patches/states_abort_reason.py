"""An execution that is aborted without a reason has none in its history.

AWS: error and cause of StopExecution are optional, and executionAbortedEventDetails lacks what was not given.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
(The shape was measured on AWS in https://github.com/floci-io/floci/pull/2969.)

ministack: What was not given is an empty string.

Patched: Only what was given is recorded.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_stop_execution",
        found="""            "error": data.get("error", ""),
            "cause": data.get("cause", ""),
""",
        replacement="""            **{name: data[name] for name in ("error", "cause") if data.get(name)},
""",
    ),
)
