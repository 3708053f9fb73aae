"""The notifications as an AsyncAPI document, generated from the contracts: `python -m pages.asyncapi` prints it."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("asyncapi", "pages.asyncapi"))

import json
from typing import Any, Final

from lambdas.domain.finalization import ATTRIBUTES
from workflow import contracts
from workflow.releases import project_version

Node = dict[str, Any]

NOTIFICATION: Final = "-notification"  # ends the names of the contracts of notifications
CHANNEL: Final = "#/channels/notifications"
DESCRIPTION: Final = """\
Each image has one final status, which is published to an SNS topic; the deletion of an image is, too. A notification may be delivered
twice, with the same notificationId. Filter policies can use the message attributes. api.md describes how to subscribe."""


def names() -> list[str]:
    """Return the contracts of all notifications."""
    return [name for name in contracts.names() if name.endswith(NOTIFICATION)]


def document() -> Node:
    """Return the document in AsyncAPI 3.0."""
    keys = [_key(name) for name in names()]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Quantum Image Processor",
            "version": project_version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"sns": _server()},
        "channels": {"notifications": _channel(keys)},
        "operations": {
            "publishNotification": {
                "action": "send",
                "channel": {"$ref": CHANNEL},
                "summary": "Publish the outcome of an image, or its deletion.",
                "messages": [{"$ref": f"{CHANNEL}/messages/{key}"} for key in keys],
            }
        },
        "components": {"messages": {_key(name): _message(name) for name in names()}},
    }


def _server() -> Node:
    return {
        "host": "sns.{region}.amazonaws.com",
        "protocol": "sns",
        "description": "Amazon SNS in the region of the stack.",
        "variables": {"region": {"default": "region", "description": "The region of the stack."}},
    }


def _channel(keys: list[str]) -> Node:
    return {
        "address": "{topicArn}",
        "title": "Notifications",
        "description": "The topic of the stack.",
        "servers": [{"$ref": "#/servers/sns"}],
        "parameters": {"topicArn": {"description": "The output NotificationTopicArn of the stack."}},
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in keys},
    }


def _message(name: str) -> Node:
    """Return the message of a contract, with the message attributes of SNS as its headers."""
    schema = contracts.resolved(name)
    payload = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "examples")}
    attributes = {key: schema["properties"][key] for key in ATTRIBUTES if key in schema["properties"]}
    return {
        "name": _key(name),
        "title": schema["title"],
        "summary": schema["description"],
        "contentType": "application/json",
        "headers": {"type": "object", "properties": attributes, "required": list(attributes)},
        "payload": payload,
        "examples": [{"headers": {key: one[key] for key in attributes}, "payload": one} for one in schema["examples"]],
    }


def _key(name: str) -> str:
    """Return the name of a message: success-notification is successNotification."""
    first, *others = name.split("-")
    return first + "".join(map(str.capitalize, others))


def main() -> None:
    """Print the document."""
    print(json.dumps(document(), indent=2, ensure_ascii=False))
