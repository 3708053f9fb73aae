"""Small machines that call functions and services: what each takes as Parameters, and what it answers."""

from typing import Any

import pytest

from tests.asl.check.test_machines import (
    COUNT,
    TEXT,
    Found,
    State,
    array,
    closed,
    ending,
    found,
    proof_of,
    reading,
    task,
)

START = closed({"id": TEXT, "n": COUNT, "tags": array(TEXT, 1), "topic": TEXT}, {"may": TEXT})
SERVICE = "arn:aws:states:::"
READ = ("B", "Parameters.read.$", True)
RESOURCE = ("A", "Resource", False)
KEY = {"id": {"S.$": "$.id"}}


def calling(resource: str, parameters: Any, edges: Any = None, path: str = "$") -> Found:
    """Return the findings of a machine that calls a service and reads a path in its answer."""
    state = task(Resource=f"{SERVICE}{resource}", Parameters=parameters, Next="B")
    return found({"A": state, "B": reading(path)}, START, {"A": edges or {}})


def errors_in(*fields: str) -> Found:
    """Return the findings in these fields of the Parameters."""
    return {("A", f"Parameters.{field}", True) for field in fields}


INVOKED = {"takes": closed({"id": TEXT}), "gives": closed({"ok": {"type": "boolean"}})}


@pytest.mark.parametrize(
    ("parameters", "path", "findings"),
    [
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}}, "$.Payload.ok", set()),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}}, "$.StatusCode", set()),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}}, "$.ExecutedVersion", set()),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}, "InvocationType": "DryRun"}, "$.ExecutedVersion", {READ}),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}}, "$.ok", {READ}),
        ({"FunctionName": "f", "Payload": {"id.$": "$.n"}}, "$", errors_in("Payload.id.$")),
        ({"FunctionName": "f", "Payload": {"nr.$": "$.id"}}, "$", errors_in("Payload.id", "Payload.nr.$")),
        ({"FunctionName": "f"}, "$", errors_in("Payload")),
        ({"Payload": {"id.$": "$.id"}}, "$", errors_in("FunctionName")),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}, "Function": "f"}, "$", errors_in("Function")),
        ({"FunctionName": "f", "Payload": {"id.$": "$.id"}, "InvocationType": "Event"}, "$.Payload.ok", {READ}),
        (
            {"FunctionName": "f", "Payload": {"id.$": "$.id"}, "InvocationType": "Evnt"},
            "$",
            errors_in("InvocationType"),
        ),
    ],
)
def test_invoked_function(parameters: State, path: str, findings: Found) -> None:
    """lambda:invoke takes the function's input as its Payload, and answers with what the function gives as Payload."""
    assert calling("lambda:invoke", parameters, INVOKED, path) == findings


@pytest.mark.parametrize(
    "resource", ["arn:aws:lambda:eu-west-1:111122223333:function:f", "${Function}", "arn:${AWS::Partition}:lambda:x"]
)
def test_function_by_its_arn(resource: str) -> None:
    """A function that is called by its ARN takes the Parameters and gives the result, without a Payload."""
    states = {"A": task(Resource=resource, Parameters={"id.$": "$.id"}, Next="B"), "B": reading("$.ok")}
    assert found(states, START, {"A": INVOKED}) == set()
    states["B"] = reading("$.Payload.ok")
    assert found(states, START, {"A": INVOKED}) == {READ}


def test_task_that_waits_for_its_token() -> None:
    """The result of a task that waits for a token is the output sent with the token, not the service's response."""
    payload = {"id.$": "$.id", "token.$": "$$.Task.Token"}
    edges = {
        "takes": closed({"id": TEXT, "token": {"type": "string", "maxLength": 2048}}),
        "gives": closed({"ok": COUNT}),
    }
    invoke = {"FunctionName": "f", "Payload": payload}
    publish = {"TopicArn": "t", "Message": payload}
    assert calling("lambda:invoke.waitForTaskToken", invoke, edges, "$.ok") == set()
    assert calling("lambda:invoke.waitForTaskToken", invoke, edges, "$.Payload.ok") == {READ}
    assert calling("lambda:invoke", invoke, edges) == errors_in("Payload.token.$")
    assert calling("sns:publish.waitForTaskToken", publish, {"gives": closed({"ok": COUNT})}, "$.ok") == set()
    assert calling("sns:publish.waitForTaskToken", publish) == {RESOURCE}


@pytest.mark.parametrize(
    ("parameters", "findings"),
    [
        ({"TopicArn": "t", "Message": "text"}, set()),
        ({"TopicArn.$": "$.topic", "Message.$": "$"}, set()),
        ({"TargetArn": "t", "Message.$": "$.id"}, set()),
        ({"PhoneNumber": "+1", "Message.$": "$.id", "Subject": "s"}, set()),
        ({"TopicArn": "t"}, errors_in("Message")),
        ({"Message": "text"}, errors_in("TopicArn")),
        ({"TopicArn": "t", "Mesage": "text"}, errors_in("Message", "Mesage")),
        ({"TopicArn.$": "$.n", "Message": "text"}, errors_in("TopicArn.$")),
        ({"TopicArn": "t", "Message": "text", "Subject.$": "$.may"}, errors_in("Subject.$")),
        ({"TopicArn": "t", "Message": "text", "Subject": ""}, errors_in("Subject")),
        (
            {
                "TopicArn": "t",
                "Message": "m",
                "MessageAttributes": {"a": {"DataType": "String", "StringValue.$": "$.id"}},
            },
            set(),
        ),
        (
            {"TopicArn": "t", "Message": "m", "MessageAttributes": {"a": {"DataType": "Text", "StringValue.$": "$.n"}}},
            errors_in("MessageAttributes.a.DataType", "MessageAttributes.a.StringValue.$"),
        ),
    ],
)
def test_publish(parameters: State, findings: Found) -> None:
    """sns:publish takes one target, a message, and attributes of a type."""
    assert calling("sns:publish", parameters) == findings


@pytest.mark.parametrize(
    ("resource", "suggestion"),
    [
        ("s3:getObject", "did you mean `aws-sdk:s3:getObject`?"),
        ("lamda:invoke", "did you mean `lambda:invoke`?"),
        ("states:startExecution.sync:3", None),
        ("lambda:invoke.waitForTaskToken:2", None),
        ("athena:getQueryResults.sync", None),
    ],
)
def test_call_that_is_not_optimized(resource: str, suggestion: str | None) -> None:
    """A service without an optimized integration, a pattern of another action, and a number that a pattern lacks, are refused."""
    findings = proof_of({"A": task(Resource=f"{SERVICE}{resource}")}).findings
    assert [one.suggestion for one in findings if one.decided and one.field == "Resource"] == [suggestion]


def test_path_in_an_array_of_texts() -> None:
    """A path among texts is a text: certainly wrong in a request if it leads to something, undecided elsewhere."""
    sent = {"TaskDefinition": "t", "Overrides": {"ContainerOverrides": [{"Name": "c", "Command": ["run", "$.id"]}]}}
    assert calling("ecs:runTask", sent) == errors_in("Overrides.ContainerOverrides[0].Command[1]")
    assert found(ending({"Type": "Pass", "Parameters": {"ids": ["$.id"]}}), START) == {
        ("A", "Parameters.ids[0]", False)
    }


def test_message_keeps_its_contract() -> None:
    """The message that a task publishes has to keep the `says` contract."""
    says = {"says": closed({"id": TEXT})}
    assert calling("sns:publish", {"TopicArn": "t", "Message": {"id.$": "$.id"}}, says, "$.MessageId") == set()
    assert calling("sns:publish", {"TopicArn": "t", "Message": {"id.$": "$.n"}}, says) == errors_in("Message.id.$")


@pytest.mark.parametrize("resource", ["apigateway:invoke", "aws-sdk:nosuch:getObject", "eks:runJob.sync"])
def test_integration_that_is_not_known(resource: str) -> None:
    """A call that the proof does not know is undecided until the mapping says what it takes and gives."""
    edges = {"takes": closed({"id": TEXT}), "gives": closed({"ok": COUNT})}
    good, bad = {"id.$": "$.id"}, {"id.$": "$.n"}
    assert calling(resource, good, path="$.ok") == {RESOURCE}
    assert calling(resource, good, {"takes": edges["takes"]}) == {RESOURCE}
    assert calling(resource, good, {"gives": edges["gives"]}) == {RESOURCE}
    assert calling(resource, good, edges, "$.ok") == set()
    assert calling(resource, bad, edges, "$.no") == {*errors_in("id.$"), READ}


def test_accepted_task_without_contracts() -> None:
    """A task without contracts is undecided; once accepted, what it gives is taken on faith."""
    states = {"A": task(ResultPath="$.a", Next="B"), "B": reading("$.a.x")}
    assert [finding.place for finding in proof_of(states, START).open_findings] == ["A.Resource"]
    assert proof_of(states, START, accepted={"A.Resource": "it has tests"}).open_findings == []


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({"MessageBody": {"id.$": "$.order.id"}}, False),
        ({"MessageBody": {"token.$": "$$.Task.Token"}}, True),
        ({"MessageBody.$": "States.Format('{}', $$.Task.Token)"}, True),
        ({"MessageBody.$": "$$"}, True),
        ({"MessageBody": "$$.State.Name"}, False),
    ],
)
def test_token_has_to_be_sent(parameters: State, sent: bool) -> None:
    """A task that waits for its token, and sends it to nobody, waits until its timeout: a certain finding."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", **parameters},
    }
    findings = found(ending(state), edges={"A": {"takes": {}, "gives": COUNT}})
    assert (("A", "Parameters", True) in findings) is not sent


@pytest.mark.parametrize(
    ("path", "holds"),
    [("$.order", True), ("$.lines", True), ("$.order.id", True), ("$.order.pieces", False), ("$.order.paid", False)],
)
def test_payload_of_a_function(path: str, holds: bool) -> None:
    """Step Functions refuses a number or a truth value as the Payload of lambda:invoke."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": path},
        "End": True,
    }
    findings = found({"A": state}, edges={"A": {"takes": {}, "gives": COUNT}})
    assert findings == (set() if holds else {("A", "Parameters.Payload.$", True)})


def test_metadata_of_a_response() -> None:
    """Each response has the metadata of the request, with the status of HTTP."""
    table = {"TableName": "t", "Key": KEY}
    for path in ("$.SdkHttpMetadata.HttpStatusCode", "$.SdkResponseMetadata.RequestId"):
        assert calling("dynamodb:deleteItem", table, path=path) == set()
    assert calling("dynamodb:deleteItem", table, path="$.SdkHttpMetadata.Status") == {READ}


ENDPOINT = {"ApiEndpoint": "https://example.com", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}


@pytest.mark.parametrize(
    ("request_of", "path", "findings"),
    [
        (ENDPOINT, "$.StatusCode", set()),
        (ENDPOINT, "$.ResponseBody", set()),
        (ENDPOINT, "$.ResponseBody.id", {(*READ[:2], False)}),
        (ENDPOINT, "$.statusCode", {READ}),
        ({**ENDPOINT, "RequestBody": {"id.$": "$.id"}}, "$.StatusText", set()),
        ({**ENDPOINT, "InvocationConfig": {"ConnectionArn": "c"}}, "$.StatusCode", set()),
        ({"Method": "GET", "Authentication": {"ConnectionArn": "c"}}, "$.StatusCode", errors_in("ApiEndpoint")),
        ({"ApiEndpoint": "https://example.com", "Method": "GET"}, "$.StatusCode", errors_in("Authentication")),
    ],
)
def test_call_of_an_https_endpoint(request_of: dict[str, Any], path: str, findings: Found) -> None:
    """`http:invoke` takes an endpoint, a method and a connection, and returns a status, headers, and a body that a contract states."""
    assert calling("http:invoke", request_of, path=path) == findings


def test_action_with_a_capital() -> None:
    """The name of an action begins with a small letter, which nothing documented requires."""
    assert calling("aws-sdk:s3:HeadBucket", {"Bucket": "b"}) == {RESOURCE}
