"""Small machines that call services whose models the checker has: their requests, responses, patterns and sizes."""

from typing import Any

from asl.check.json_schema import shape_of
from asl.check.mapping import NO_MAPPING, Contract, Mapping
from asl.check.prover import prove
from asl.check.service_models import java_name, service, version
from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed, found, proof_of, reading, task

START = closed({"a": TEXT, "n": COUNT})
S3 = "aws-sdk:s3:"
ECS: State = {"Cluster": "c", "TaskDefinition.$": "$.a"}
START_EXECUTION: State = {"StateMachineArn": "a", "Input.$": "$"}


def calling(resource: str, parameters: State) -> Found:
    """Return the findings of a task that calls a service, without its name of the state."""
    return found({"A": task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)}, START)


def named(*fields: str, certain: bool = True) -> Found:
    """Return the findings in these fields."""
    return {("A", field, certain) for field in fields}


def reading_of(resource: str, parameters: State, path: str, gives: Any = None) -> Found:
    """Return the findings where the response of a task is read."""
    state = task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters, Next="B")
    return found({"A": state, "B": reading(path)}, START, {"A": {"gives": gives}} if gives else {})


READ = ("B", "Parameters.read.$")
REQUESTS: list[tuple[str, State, Found]] = [
    (f"{S3}headObject", {"Bucket.$": "$.a", "Key": "k"}, set()),
    (f"{S3}headObject", {"Bucket.$": "$.a"}, named("Parameters.Key")),
    (f"{S3}headObject", {"bucket.$": "$.a", "Key": "k"}, named("Parameters.bucket.$")),
    (f"{S3}headObject", {"Bucket.$": "$.n", "Key": "k"}, named("Parameters.Bucket.$")),
    (f"{S3}headObject", {"Bucket": "$.a", "Key": "k"}, named("Parameters.Bucket")),
    (
        f"{S3}copyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "c", "ContentTypes": "x"},
        named("Parameters.ContentTypes"),
    ),
    (f"{S3}headObject", {"Bucket": "b", "Key": "k", "Newest": 1}, named("Parameters.Newest", certain=False)),
    (f"{S3}headObject.sync", {"Bucket": "b", "Key": "k"}, named("Resource")),
    (f"{S3}headObjects", {}, named("Resource", certain=False)),
    ("aws-sdk:rds:stopDBInstance", {"DbInstanceIdentifier.$": "$.a"}, set()),
    ("aws-sdk:rds:stopDBInstance", {"DBInstanceIdentifier.$": "$.a"}, set()),
    ("aws-sdk:sfn:startExecution", {"StateMachineArn": "x", "Input": {"a.$": "$.a"}}, set()),
    (
        "aws-sdk:sqs:receiveMessage",
        {"QueueUrl": "x", "MaxNumberOfMessages": "5"},
        named("Parameters.MaxNumberOfMessages", certain=False),
    ),
    ("aws-sdk:ec2:describeInstances", {"InstanceIds.$": "$.a"}, named("Parameters.InstanceIds.$")),
    ("aws-sdk:ec2:describeInstances", {"InstanceIds.$": "States.Array($.a)"}, set()),
    ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": {"a.$": "$.a"}}, set()),
    ("sqs:sendMessage", {"QueueUrl": "q"}, named("Parameters.MessageBody")),
    ("sqs:sendMessage", {"QueueURL": "q", "MessageBody": "x"}, named("Parameters.QueueURL")),
    ("events:putEvents", {"Entries": [{"Detail": {"a.$": "$.a"}, "DetailType": "x", "Source": "y"}]}, set()),
    ("ecs:runTask.sync", {**ECS, "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["s"]}}}, set()),
    (
        "ecs:runTask.sync",
        {**ECS, "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["s"]}}},
        named("Parameters.NetworkConfiguration.awsvpcConfiguration"),
    ),
    ("glue:startJobRun.sync", {"JobName": "j", "Arguments": {"--a.$": "$.n"}}, named("Parameters.Arguments.--a.$")),
    ("glue:startJobRun.waitForTaskToken", {"JobName.$": "$$.Task.Token"}, named("Resource")),
    ("dynamodb:query", {"TableName": "t"}, named("Resource")),
]


def test_request() -> None:
    """A request has the members of the service's model, written with a capital, in the right types, and all required ones."""
    for resource, parameters, findings in REQUESTS:
        assert (resource, calling(resource, parameters)) == (resource, findings)


def test_response() -> None:
    """What a model says of a response is known: what it lacks is certain, what may be absent is undecided."""
    get = {"SecretId.$": "$.a"}
    secret = "aws-sdk:secretsmanager:getSecretValue"
    assert reading_of(secret, get, "$.SecretString") == {(*READ, False)}
    assert reading_of(secret, get, "$.Secret") == {(*READ, True)}
    assert reading_of(secret, get, "$.SecretString", closed({"SecretString": TEXT})) == set()
    assert reading_of("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": "m"}, "$.MessageId") == set()
    assert reading_of("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": "m"}, "$.MessageID") == {(*READ, True)}


def test_response_that_a_contract_bounds() -> None:
    """Where a function needs more of a response than the model says, that is undecided."""
    send = task(Resource="arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "m"}, Next="B")
    edges = {"B": {"takes": closed({"id": TEXT}), "gives": COUNT}}
    handed = task(Parameters={"id.$": "$.MessageId"})
    assert found({"A": send, "B": handed}, START, edges) == {("B", "Parameters.id.$", False)}


def test_response_that_a_client_sends() -> None:
    """The response to a task that waits for its token is that of a client: only a contract states it."""
    waiting = ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "$.ok")
    assert reading_of(*waiting) == named("Resource", certain=False)
    assert reading_of(*waiting, closed({"ok": COUNT})) == set()


def test_response_of_a_finished_job() -> None:
    """With `.sync` the response describes the job; the output of an execution is text, and parsed with `.sync:2`."""
    assert reading_of("states:startExecution", START_EXECUTION, "$.ExecutionArn") == set()
    assert reading_of("states:startExecution", START_EXECUTION, "$.Output") == {(*READ, True)}
    assert reading_of("states:startExecution.sync", START_EXECUTION, "$.Status") == set()
    assert reading_of("states:startExecution.sync", START_EXECUTION, "$.Output.x") == {(*READ, True)}
    assert reading_of("states:startExecution.sync:2", START_EXECUTION, "$.Output.x") == {(*READ, False)}
    assert reading_of("ecs:runTask.sync", {**ECS}, "$.TaskArn") == {(*READ, False)}


def test_response_after_a_choice() -> None:
    """A Choice that asks whether a member is there makes it certain."""
    ask = {"Variable": "$.SecretString", "IsPresent": True, "Next": "B"}
    states = {
        "A": task(
            Resource="arn:aws:states:::aws-sdk:secretsmanager:getSecretValue", Parameters={"SecretId": "s"}, Next="C"
        ),
        "C": {"Type": "Choice", "Choices": [ask], "Default": "Z"},
        "B": reading("$.SecretString"),
        "Z": {"Type": "Succeed"},
    }
    assert found(states, START) == set()


def test_size_of_a_response() -> None:
    """A response of any size is warned of, since no model bounds it; a contract does."""
    state = task(Resource=f"arn:aws:states:::{S3}listObjectsV2", Parameters={"Bucket": "b"})
    assert ("A", "result") in proof_of({"A": state}, START).warnings
    gives = {"A": {"gives": closed({"Contents": array(TEXT)})}}
    assert proof_of({"A": state}, START, gives).warnings == {}


def test_response_without_contracts() -> None:
    """Without contracts, what may be absent in a response is no finding."""
    state = task(Resource=f"arn:aws:states:::{S3}listObjectsV2", Parameters={"Bucket": "b"}, Next="B")
    machine = {"StartAt": "A", "States": {"A": state, "B": reading("$.Contents[0].Key")}}
    assert prove(machine, NO_MAPPING).findings == []
    assert [one.decided for one in prove(machine, Mapping(Contract("start", shape_of(START)))).findings] == [False]


def test_response_of_an_endpoint_without_contracts() -> None:
    """Without contracts nothing is known of a body, also after a Choice about it; what is documented of a response is."""
    endpoint = {"ApiEndpoint": "https://example.org", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}
    ask = {"Variable": "$.ResponseBody", "IsString": True, "Next": "B"}
    states: dict[str, State] = {
        "A": task(Resource="arn:aws:states:::http:invoke", Parameters=endpoint, Next="C"),
        "C": {"Type": "Choice", "Choices": [ask], "Default": "Z"},
        "B": task(
            Resource="arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl.$": "$.ResponseBody", "MessageBody": "m"}
        ),
        "Z": reading("States.ArrayLength($.StatusCode)"),
    }
    findings = prove({"StartAt": "A", "States": states}, NO_MAPPING).findings
    assert [(finding.state, finding.field) for finding in findings] == [("Z", "Parameters.read.$")]


def test_models() -> None:
    """The models are those of botocore; names with capitals in a row are written as AWS's SDK for Java writes them."""
    model = service("s3")
    assert model is not None
    assert "ListObjectsV2" in model.operations
    assert version().startswith("1.")
    assert service("nosuch") is None
    names = {"DBInstances": "DbInstances", "ETag": "ETag", "SSEKMSKeyId": "SsekmsKeyId", "VpcId": "VpcId"}
    assert {name: java_name(name) for name in names} == names
