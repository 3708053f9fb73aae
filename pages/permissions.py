"""Who may do what, and why: `python -m pages.permissions` prints docs/permissions.md, read from the template."""

import re
import sys
from collections.abc import Iterator
from typing import Any

from asl.command import run_command
from asl.language import target, tasks
from templates.iam.policies import ALL_RESOURCES
from templates.stack import build
from workflow.definition import states_language

Node = dict[str, Any]

HEAD = """\
# Who may do what, and why

Made by `make docs` from the template; do not edit. Every statement of every policy in the stack is below, and whatever is
not below is not allowed. What a statement is for is its name: `ReadTheUploadedPicture` stands in the role as a Sid, and
here as "read the uploaded picture".

The tests hold the handlers to this: each AWS call that they make is checked against the role below, and a permission that
no call uses is reported. With IAM enforced (`make demo ENFORCE=1`) the laptop stack runs under the same roles.

`*` as a resource stands only where the service offers nothing narrower: traces, the delivery of Step Functions' logs, the logs of
all of an account's APIs, and a key in its own policy, where it means that key.

What people may do: a signed-in user asks `GET /upload-url`, and PUTs one file to the URL in the answer, within minutes, of
the type, length and checksum announced, under a key with that user's id in it. Nobody else may do anything from outside
the account; nobody is given a right to read.
"""
ROW = "| {} | {} | {} |"


def page() -> str:
    """Return the page, in Markdown."""
    resources: dict[str, Node] = build().to_dict()["Resources"]
    parts = [HEAD, *_roles(resources), *_policies(resources), *_invocations(resources)]
    return "\n".join(parts)


def _roles(resources: dict[str, Node]) -> Iterator[str]:
    yield "## Roles\n"
    for name, role in resources.items():
        if role["Type"] == "AWS::IAM::Role":
            given = role["Properties"]
            (trust,) = given["AssumeRolePolicyDocument"]["Statement"]
            yield f"### {name}\n\nTaken by {_who(trust['Principal'])}.\n"
            yield _table("may", [one for policy in given["Policies"] for one in _statements(policy)])


def _policies(resources: dict[str, Node]) -> Iterator[str]:
    yield "## Policies of resources\n"
    for name, resource in resources.items():
        given = resource.get("Properties", {})
        document = given.get("KeyPolicy") or ("Roles" not in given and given.get("PolicyDocument"))
        if document:
            yield f"### {name}\n"
            yield _table("who and what for", document["Statement"])


def _invocations(resources: dict[str, Node]) -> Iterator[str]:
    yield "## Who may invoke a function from outside\n"
    rows = [
        ROW.format(f"`{_target(given['FunctionName'])}`", given["Principal"], f"`{_target(given['SourceArn'])}`")
        for given in (one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::Permission")
    ]
    yield "\n".join([ROW.format("function", "by", "for"), ROW.format(*["---"] * 3), *rows]) + "\n"


def _statements(policy: Node) -> list[Node]:
    found: list[Node] = policy["PolicyDocument"]["Statement"]
    return found


def _table(purpose: str, statements: list[Node]) -> str:
    rows = [ROW.format(_purpose(one), _list(one["Action"]), _list(map(_target, one["Resource"]))) for one in statements]
    return "\n".join([ROW.format(purpose, "actions", "on"), ROW.format(*["---"] * 3), *rows]) + "\n"


def _purpose(statement: Node) -> str:
    """Return what statement is for, for whom if it says so, and under which condition."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", statement["Sid"]).lower()
    who = f"{_who(statement['Principal'])}: " if "Principal" in statement else ""
    denied = "**denied** " if statement["Effect"] == "Deny" else ""
    return f"{who}{denied}{words}{_condition(statement.get('Condition', {}))}"


def _condition(condition: Node) -> str:
    found = [f"{key} is {_value(value)}" for test in condition.values() for key, value in test.items()]
    return f" (if {' and '.join(found)})" if found else ""


def _value(value: Any) -> str:
    return f"`{_target(value)}`" if isinstance(value, dict | str) else str(value).lower()


def _who(principal: Any) -> str:
    if isinstance(principal, str):
        return "anybody"
    ((_, who),) = principal.items()
    return f"`{_target(who)}`"


def _list(entries: Any) -> str:
    return "<br>".join(f"`{entry}`" for entry in entries)


def _target(reference: Any) -> str:
    """Return what a reference names: the logical ID of a resource, with the keys below it, or a text as it is."""
    match reference:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return str(name)
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{(\w+)(?:\.\w+)?\}", r"\1", str(text))
    return str(reference) if reference != ALL_RESOURCES else "*"


def state_permissions() -> dict[str, list[tuple[str, str, str]]]:
    """Return for each task of the pipeline what it may do, as rows of purpose, actions and resources.

    That is what the pipeline's own role allows for it and, where it runs a function, what that one's role allows.
    """
    resources: dict[str, Node] = build().to_dict()["Resources"]
    return {name: list(_state_permissions(state, resources)) for name, state in tasks(states_language())}


def _state_permissions(state: Node, resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    call = target(state)
    function, action = call.function, call.integration.lower().replace(":invoke", ":invokefunction")
    for role in ("ProcessingPipelineRole", *([f"{function}Role"] if function else [])):
        for policy in resources[role]["Properties"]["Policies"]:
            for one in _statements(policy):
                places = list(map(_target, one["Resource"]))
                ours = role != "ProcessingPipelineRole"
                if ours or (action in map(str.lower, one["Action"]) and (not function or function in places)):
                    yield (
                        _purpose(one),
                        ", ".join(one["Action"]),
                        ", ".join([function] if not ours and function else places),
                    )


if __name__ == "__main__":
    sys.exit(run_command("permissions", lambda: print(page(), end="")))
