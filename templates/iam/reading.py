"""The statements of a role in the emitted template, also those that it has under a condition."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

EACH = "/*"  # the objects of a bucket


def statements_of(role: Node) -> Iterator[Node]:
    """Yield the statements of a role with those properties, each with a list of resources."""
    for policy in role.get("Policies", []):
        given = policy["Fn::If"][1] if "Fn::If" in policy else policy
        for statement in given["PolicyDocument"]["Statement"]:
            resource = statement["Resource"]
            yield statement if isinstance(resource, list) else {**statement, "Resource": [_of_list(resource)]}


def _of_list(resource: Node) -> Node:
    """Return a list of ARNs from a parameter as a reference to it, with what is appended to each of them."""
    if "Fn::Split" not in resource:
        return resource
    _, joined = resource["Fn::Split"]
    (inner, end) = joined["Fn::Join"][1]
    return {"Fn::Sub": f"${{{inner['Fn::Join'][1]['Ref']}}}{end}"}
