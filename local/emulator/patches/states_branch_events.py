"""The states of a branch are recorded as they are entered.

AWS: The history has a StateEntered event of each state in a branch of a Parallel state; the context object of each branch
has its own state.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
(A history of AWS with these events is quoted in https://github.com/floci-io/floci/issues/2868.)

ministack: The states of a branch leave no such event, and all branches share one context object.

Patched: Each state gets a context object of its own, and an event.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_run_sub_machine",
        found='ctx["State"] = {"Name": current_name, "EnteredTime": now_iso(), "RetryCount": 0}',
        replacement="""ctx = {**ctx, "State": {"Name": current_name, "EnteredTime": now_iso(), "RetryCount": 0}}
        entered = {"name": current_name, "input": json.dumps(current_input)}
        _add_event(execution, f"{state_type}StateEntered", {"stateEnteredEventDetails": entered})""",
    ),
)
