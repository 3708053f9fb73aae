"""Whether two expressions in JSONata are written alike, so that what a condition asks for is what its branch evaluates."""

from typing import Any

PARTS = (
    *("lhs", "rhs", "expression", "expr", "condition", "then", "_else", "procedure", "body"),
    *("steps", "arguments", "expressions", "predicate", "stages", "terms", "lhs_object"),
)


def is_asked(condition: Any, branch: Any) -> bool:
    """Return whether condition asks whether the value of branch is there: `$exists(x)`, or x itself, which is true only then."""
    is_exists = condition.type == "function" and condition.procedure.value == "exists" and len(condition.arguments) == 1
    return bool(_written(condition.arguments[0] if is_exists else condition) == _written(branch))


def _written(node: Any) -> Any:
    """Return what node is made of, without its places."""
    if isinstance(node, list | tuple):
        return [_written(one) for one in node]
    if not hasattr(node, "type"):
        return node
    parts = {name: _written(part) for name in PARTS if (part := getattr(node, name, None)) is not None}
    return [str(node.type), str(node.value), parts]
