"""A condition may compare joined and split texts.

AWS: Conditions accept Fn::Join, Fn::Split and Fn::Select in what they compare. The reference of conditions does not list them; they are
seen in templates that AWS accepts: https://github.com/aws-cloudformation/cfn-lint/issues/881,
https://github.com/cdklabs/cdk-from-cfn/pull/150

ministack: Fn::Join and Fn::Split are compared as they are written, so that such a condition is always true or always false.

Patched: Both are evaluated. A list parameter is a text with commas, as in ministack's Fn::Select.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.cloudformation.engine",
        name="_evaluate_conditions",
        found="""                return _select(index, items)
        return val
""",
        replacement="""                return _select(index, items)
            if "Fn::Split" in val:
                delimiter, text = val["Fn::Split"]
                return str(_resolve_cond_value(text)).split(delimiter)
            if "Fn::Join" in val:
                delimiter, items = val["Fn::Join"]
                items = _resolve_cond_value(items)
                if isinstance(items, str):
                    items = [item.strip() for item in items.split(",")]
                return delimiter.join(str(_resolve_cond_value(item)) for item in items)
        return val
""",
    ),
)
