"""A resource that a condition leaves out may be of a type that ministack does not have.

AWS: A resource whose condition is false is not created. CloudFormation knows all types of this project's template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html

ministack: ValidateTemplate has no values of parameters, counts a condition that it cannot decide as true, and refuses the
template for the type.

Patched: A condition that cannot be decided counts as false; creating the stack still checks the type.

Upstream: No report found. The check came with https://github.com/ministackorg/ministack/pull/1628
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.cloudformation.handlers",
        name="validate_template_support",
        found="conditions.get(cond, True)",
        replacement="conditions.get(cond)",
    ),
)
