"""The pipeline under its own roles: with all their statements it works, without any one of them it stops."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local.client import UploadFailed
from local.process import process
from local.stack import LocalStack, local_stack
from tests.local.account import eventually
from tests.local.behind import cannot_poll, ends, invoke, is_polled, physical_id, sent
from tests.pictures import encoded, quadrants
from tests.templates.emitted import resources
from workflow.steps import ARCHIVE

# What AWS does by itself under a role, and nothing on this machine does: the emulator keeps a function's log without
# asking, and has neither traces nor the delivery of a state machine's log and an API's.
ONLY_AWS = {
    *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}


class Granted(NamedTuple):
    """A statement of a role in the emitted template: where it stands, and what it allows."""

    role: str
    policy: str
    statement: dict[str, Any]

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.role}-{self.statement['Sid']}"

    @property
    def only_aws(self) -> bool:
        """Whether its absence cannot show on this machine."""
        return ONLY_AWS.issuperset(self.statement["Action"])


GRANTED = [
    Granted(role, policy["PolicyName"], statement)
    for role, entry in resources("AWS::IAM::Role").items()
    for policy in entry["Properties"].get("Policies", [])
    for statement in policy["PolicyDocument"]["Statement"]
]
EXERCISED = {granted.name: granted for granted in GRANTED if not granted.only_aws}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with permissions enforced; what fails there is tried again at once."""
    with local_stack(enforce=True) as running:
        config = {"stepfunctions._SFN_WAIT_SCALE": 0}
        running.emulator.http().request("POST", f"{running.emulator.endpoint}/_ministack/config", json=config)
        yield running


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a sound picture and an unsound one."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "sound.jpg").write_bytes(encoded(quadrants(), "JPEG"))
    (folder / "unsound.jpg").write_bytes(b"no picture")
    return {file.stem: file for file in folder.iterdir()}


@pytest.fixture(scope="module")
def works(stack: LocalStack, files: dict[str, Path]) -> Callable[[], bool]:
    """Give a function that tells whether everything works that the roles are there for, up to the first that does not."""
    done = sent(stack, files["sound"])
    found = json.loads(done["output"]) | {"execution": done["name"]}
    repeated = {field: found[field] for field in ARCHIVE.takes}
    return lambda: (
        ends(stack, files["sound"], "SUCCEEDED")
        and ends(stack, files["unsound"], "REJECTED")
        and "errorType" not in invoke(stack, "ArchiveFunction", repeated)
        and is_polled(stack)
    )


@contextmanager
def _without(stack: LocalStack, *granted: Granted) -> Iterator[None]:
    """Take statements away from the roles that were made, and put them back."""
    with ExitStack() as back:
        for one in granted:
            back.enter_context(_without_one(stack, one))
        yield
    eventually(lambda: not cannot_poll(stack))


@contextmanager
def _without_one(stack: LocalStack, granted: Granted) -> Iterator[None]:
    iam = stack.emulator.client("iam")
    which = {"RoleName": physical_id(stack, granted.role), "PolicyName": granted.policy}
    document = iam.get_role_policy(**which)["PolicyDocument"]
    kept = [one for one in document["Statement"] if one["Sid"] != granted.statement["Sid"]]
    assert len(kept) == len(document["Statement"]) - 1
    if kept:
        iam.put_role_policy(**which, PolicyDocument=json.dumps({**document, "Statement": kept}))
    else:
        iam.delete_role_policy(**which)
    try:
        yield
    finally:
        iam.put_role_policy(**which, PolicyDocument=json.dumps(document))


def test_pipeline_works_under_its_own_roles(stack: LocalStack, files: dict[str, Path], tmp_path: Path) -> None:
    """By the front door and the queue, a photograph ends SUCCEEDED and what is no picture REJECTED, both told."""
    photograph = Path("local/photographs/rocket.jpg")
    outcomes = process(stack, [photograph, files["unsound"]], tmp_path, at_once=2, timeout=60)
    found = {Path(outcome.file).name: outcome for outcome in outcomes}
    assert {name: outcome.status for name, outcome in found.items()} == {
        "rocket.jpg": "SUCCEEDED",
        "unsound.jpg": "REJECTED",
    }


@pytest.mark.parametrize("name", EXERCISED)
def test_without_a_statement_it_stops(stack: LocalStack, works: Callable[[], bool], name: str) -> None:
    """With any one statement taken from a role something ends otherwise than it should; with it back nothing does."""
    with _without(stack, EXERCISED[name]):
        assert not works()
    assert works()


def test_without_what_only_aws_does_it_works(stack: LocalStack, works: Callable[[], bool]) -> None:
    """The statements that the test above leaves out are missed by nothing on this machine."""
    with _without(stack, *(granted for granted in GRANTED if granted.only_aws)):
        assert works()


def test_roles_hold_all_permissions() -> None:
    """Every permission of the template stands in a role, so that none escapes these tests."""
    assert not resources("AWS::IAM::Policy") | resources("AWS::IAM::ManagedPolicy")


def test_api_calls_its_function_by_permission(stack: LocalStack, files: dict[str, Path]) -> None:
    """Without the permission for the API a URL is asked for in vain."""
    client, function = stack.emulator.client("lambda"), physical_id(stack, "GetUploadUrlFunction")
    permissions = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    for one in permissions:
        client.remove_permission(FunctionName=function, StatementId=one["Sid"])
    with pytest.raises(UploadFailed, match="500"):
        sent(stack, files["sound"])
    for one in permissions:
        client.add_permission(
            FunctionName=function,
            StatementId=one["Sid"],
            Action=one["Action"],
            Principal=one["Principal"]["Service"],
            SourceArn=one["Condition"]["ArnLike"]["AWS:SourceArn"],
        )
    assert ends(stack, files["sound"], "SUCCEEDED")


def test_upload_without_tls_is_refused(stack: LocalStack) -> None:
    """The upload bucket's policy refuses a PUT that came without TLS, as this header has the emulator believe."""
    query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "5"}
    http = stack.emulator.http()
    answer = http.request("GET", stack.upload_url_endpoint, fields=query, headers={"Authorization": stack.token})
    grant = json.loads(answer.data)
    plain, secure = grant["headers"] | {"X-Forwarded-Proto": "http"}, grant["headers"]
    answers = [http.request("PUT", grant["uploadUrl"], body=b"12345", headers=headers) for headers in (plain, secure)]
    assert [answer.status for answer in answers] == [403, 200]
