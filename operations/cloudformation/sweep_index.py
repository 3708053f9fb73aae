"""The index of open images: CloudFormation adds one index to a table in an update, and version 0.2 has none of both."""

import json
from collections.abc import Callable

from operations.cloudformation.stacks import describe, is_new
from operations.cloudformation.target import Target

PARAMETER = "SweepIndex"


def sweep_index(
    target: Target, stack: str, template: str, parameters: dict[str, str], notice: Callable[[str], None]
) -> dict[str, str]:
    """Return the parameter that leaves the index for the next update, if stack is of a version without the parameter.

    Return nothing otherwise, as for a new stack, whose table is created with all indexes. notice gets a sentence on it.
    """
    description = describe(target.cloudformation, stack)
    known = {one["ParameterKey"] for one in description.get("Parameters", [])}
    if (
        is_new(description)
        or PARAMETER in known | parameters.keys()
        or PARAMETER not in json.loads(template)["Parameters"]
    ):
        return {}
    notice(
        f"An update adds one index to a table: this one leaves the sweep's for the next ({PARAMETER}=false). Afterwards, deploy"
        f" again with the parameter {PARAMETER}=true."
    )
    return {PARAMETER: "false"}
