"""Events as S3 and Step Functions send them, made from the examples of their contracts."""

import json
from copy import deepcopy
from typing import Any

from workflow import contracts


def object_created(bucket: str, key: str, version: str, *, at: str = "", size: int | None = None) -> dict[str, Any]:
    """Return the event of a new object; time and size are the example's if they are not given."""
    event: dict[str, Any] = deepcopy(contracts.schema("object-created")["examples"][0])
    event["time"] = at or event["time"]
    event["detail"]["bucket"]["name"] = bucket
    event["detail"]["object"] |= {"key": key, "version-id": version} | ({} if size is None else {"size": size})
    return event


def execution_ended(image: Any, arn: str, status: str) -> dict[str, Any]:
    """Return the event about image's execution with that ARN, which failed, timed out or was aborted."""
    event: dict[str, Any] = deepcopy(contracts.schema("execution-ended")["examples"][0])
    name, text = arn.rpartition(":")[2], json.dumps({"image": image})
    event["detail"] |= {"executionArn": arn, "name": name, "status": status, "input": text}
    return event
