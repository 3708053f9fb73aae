"""Calls of AWS's services by their models: the request and the response of a task, and what Step Functions does not support."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from asl.check.compare import Mismatch
from asl.check.integrations import METADATA
from asl.check.service_models import SDK, ListOf, MapOf, Ref, Service, Structure, capital, service_of, version
from asl.check.service_requests import Request
from asl.check.service_responses import response_shape
from asl.check.shapes import Anything, Array, Field, Number, Object, Shape
from asl.check.templates import Problem
from asl.language import CALLBACK, Target

SYNC = "sync"
TOKEN = "Task.Token"  # noqa: S105 - a path
# Actions and patterns of optimized integrations that do one thing only: Step Functions refuses all others.
OPTIMIZED: dict[str, dict[str, tuple[str, ...]]] = {
    "lambda": {"invoke": ("", CALLBACK)},
    "dynamodb": dict.fromkeys(("getItem", "putItem", "updateItem", "deleteItem"), ("",)),
    "sns": {"publish": ("", CALLBACK)},
    "sqs": {"sendMessage": ("", CALLBACK)},
    "events": {"putEvents": ("", CALLBACK)},
    "states": {"startExecution": ("", SYNC, CALLBACK)},
    "glue": {"startJobRun": ("", SYNC)},
    "batch": {"submitJob": ("", SYNC, CALLBACK)},
    "ecs": {"runTask": ("", SYNC, CALLBACK)},
    "athena": {
        "startQueryExecution": ("", SYNC),
        **dict.fromkeys(("stopQueryExecution", "getQueryExecution", "getQueryResults"), ("",)),
    },
}
# Services of the other optimized integrations: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
# What is optimized of each is not checked.
OTHER_OPTIMIZED = (
    *("apigateway", "bedrock", "codebuild", "databrew", "eks", "elasticmapreduce", "emr-containers"),
    *("emr-serverless", "http", "mediaconvert", "sagemaker"),
)
VERSIONS = {"states:startExecution": {SYNC: ("", "2")}}  # of patterns that have some
# Members of a request that an integration takes as JSON too, and makes a string of.
JSON_MEMBERS = {
    "aws-sdk:sfn:startExecution": frozenset({"Input"}),
    "aws-sdk:sfn:startSyncExecution": frozenset({"Input"}),
    "aws-sdk:sfn:sendTaskSuccess": frozenset({"Output"}),
    "sqs:sendMessage": frozenset({"MessageBody"}),
    "states:startExecution": frozenset({"Input"}),
    "events:putEvents": frozenset({"Detail"}),
}
# Members of a part of a request without which the task fails, though the model does not require them: EventBridge.FailedEntry.
NEEDED = {"events:putEvents": frozenset({"Detail", "DetailType", "Source"})}
# Members of a response that a service always sends, though its model does not say so.
ALWAYS = {
    "sqs:sendMessage": frozenset({"MessageId", "MD5OfMessageBody"}),
    "events:putEvents": frozenset({"Entries", "FailedEntryCount"}),
}
# What a task with `.sync` returns: the operation that describes the job, and the member of its response.
DESCRIBED = {
    "states:startExecution": ("DescribeExecution", ""),
    "batch:submitJob": ("DescribeJobs", "Jobs"),
    "ecs:runTask": ("DescribeTasks", "Tasks"),
    "glue:startJobRun": ("GetJobRun", "JobRun"),
    "athena:startQueryExecution": ("GetQueryExecution", ""),
    "codebuild:startBuild": ("StartBuild", ""),
}


@dataclass(frozen=True)
class ServiceCall:
    """A call whose operation is in the model of its service."""

    target: Target
    model: Service
    request: Ref
    response: Ref

    def problems(self, parameters: Shape) -> Iterator[Mismatch]:
        """Yield where parameters may not be what the call takes."""
        takes_json = JSON_MEMBERS.get(self.target.integration, frozenset())
        needs = NEEDED.get(self.target.integration, frozenset())
        yield from Request(self.model, takes_json, needs).mismatches(parameters, self.request)

    @property
    def is_large(self) -> bool:
        """Whether the response has parts of any number or length at its top, which no model bounds."""
        kind = self.model.kind(self.response)
        inner = kind.members.values() if isinstance(kind, Structure) else ()
        return any(isinstance(self.model.kind(ref), ListOf | MapOf) or ref in ("x", "a") for ref in inner)

    def answer(self) -> Shape:
        """Return the shape of what the task gets."""
        if self.target.pattern == SYNC:
            asks_token = TOKEN in str(self.target.parameters)  # so that a client may send the result
            return Anything(unstated=True) if asks_token else self._described(parsed=self.target.version == "2")
        shape = response_shape(self.model, self.response, ALWAYS.get(self.target.integration, frozenset()))
        return shape if self.target.service.startswith(SDK) or not isinstance(shape, Object) else _with_metadata(shape)

    def _described(self, *, parsed: bool) -> Shape:
        operation, member = DESCRIBED.get(self.target.integration, ("", ""))
        if operation not in self.model.operations:
            return Anything(unstated=True)
        shape = response_shape(self.model, self.model.operations[operation][1])
        if member and isinstance(shape, Object):
            shape = _first(shape.by_name[member].shape)
        if self.target.service != "states" or not isinstance(shape, Object):
            return shape
        date = Field(Number(low=0, high=10**14))  # milliseconds, where the model says a timestamp
        shape = shape.having("StartDate", date).having("StopDate", date)
        return shape.having("Output", Field(Anything(unstated=True))) if parsed else shape


def _first(shape: Shape) -> Shape:
    return shape.items if isinstance(shape, Array) and shape.items is not None else shape


def _with_metadata(shape: Object) -> Object:
    for name, metadata in METADATA.items():
        shape = shape.having(name, Field(metadata))
    return replace(shape, unstated=True)


def service_call(target: Target) -> ServiceCall | None:
    """Return the call that a task makes, or None if its operation is in no model."""
    model = service_of(target)
    operation = model.operations.get(capital(target.action)) if model else None
    if model is None or operation is None:
        return None
    return ServiceCall(target, model, *operation)


def unsupported(target: Target) -> Iterator[Problem]:
    """Yield what Step Functions does not support, or what is not in the model of the service that a task calls."""
    if target.service.startswith(SDK):
        if target.pattern == SYNC:
            yield Problem("Resource", f"`.{SYNC}` of an AWS SDK integration", "no pattern, or `.waitForTaskToken`")
        yield from _unknown_action(target)
    elif target.action:
        yield from _unoptimized(target)
    if target.version not in VERSIONS.get(target.integration, {}).get(target.pattern, ("",)):
        given = f"`.{target.pattern}:{target.version}` of {target.integration}"
        yield Problem("Resource", given, "a pattern without a number, or `states:startExecution.sync:2`")


def _unoptimized(target: Target) -> Iterator[Problem]:
    if target.service not in OPTIMIZED:
        if target.service not in OTHER_OPTIMIZED:
            yield _unknown_service(target)
        return
    actions = OPTIMIZED[target.service]
    if target.action not in actions:
        yield Problem("Resource", f"the action `{target.action}`", _actions(target.service, actions))
    elif target.pattern not in actions[target.action]:
        patterns = " or ".join(f"`.{one}`" if one else "no pattern" for one in actions[target.action])
        yield Problem("Resource", f"`.{target.pattern}` of {target.integration}", patterns)


def _unknown_service(target: Target) -> Problem:
    """Return that a service has no optimized integration, with the name that it is called by elsewhere or one that is like it."""
    sdk = replace(target, service=f"{SDK}{target.service}")
    like = difflib.get_close_matches(target.service, [*OPTIMIZED, *OTHER_OPTIMIZED], n=1)
    meant = sdk.integration if service_call(sdk) else f"{like[0]}:{target.action}" if like else None
    wanted = "a service with an optimized integration, or `aws-sdk:` before its name"
    suggestion = f"did you mean `{meant}`?" if meant else None
    return Problem("Resource", f"the service `{target.service}`", wanted, suggestion=suggestion)


def _actions(service: str, actions: dict[str, tuple[str, ...]]) -> str:
    return f"{' or '.join(actions)}; other actions of the service are in `aws-sdk:{service}`"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _unknown_action(target: Target) -> Iterator[Problem]:
    model = service_of(target)
    if model is None:
        return
    if capital(target.action) in model.operations:
        if target.action == capital(target.action):
            yield Problem("Resource", f"the action `{target.action}`", f"`{_lower(target.action)}`", decided=False)
        return
    known = list(map(_lower, model.operations))
    like = difflib.get_close_matches(target.action, known, n=1)
    wanted = f"an action of {target.service.removeprefix(SDK)} in botocore {version()}"
    suggestion = f"did you mean `{like[0]}`?" if like else None
    yield Problem("Resource", f"the action `{target.action}`", wanted, suggestion=suggestion, decided=False)
