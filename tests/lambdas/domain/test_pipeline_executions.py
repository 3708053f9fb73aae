"""Executions: one name for one attempt at one version, and each started once."""

from dataclasses import replace
from hashlib import sha256
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain import executions, object_keys
from lambdas.domain.outcomes import PROCESSING
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER, create_state_machine
from tests.lambdas.account import numbered
from tests.lambdas.messages import IMAGE_IDS
from tests.lambdas.pipeline import Pipeline, pipeline_input
from workflow import contracts
from workflow.contracts.errors import PreviousOutcomePending
from workflow.contracts.payloads import Image

WORDS = st.text(st.sampled_from("abc012./-"), min_size=1)
IMAGES = st.fixed_dictionaries(
    {
        "imageId": st.sampled_from(IMAGE_IDS),
        "owner": st.just(OWNER),
        "bucket": WORDS,
        "key": WORDS,
        "versionId": WORDS,
        "attempt": st.integers(1, 999),
    }
)


@given(first=IMAGES, second=IMAGES)
def test_names_differ_as_attempts_at_object_versions_do(first: Image, second: Image) -> None:
    """Two object versions, or attempts, have two names, the same one has one, and each name keeps the contract."""
    assert (executions.name(first) == executions.name(second)) == (first == second)
    contract = contracts.resolved("validate-image.input")["properties"]["execution"]
    assert len(executions.name(first)) <= contract["maxLength"]
    assert executions.name(first).isascii()


MANY_VERSIONS = 2**40  # of one image: a trillion
ALIKE = ("00000000000000000000000000b9a8bd", "00000000000000000000000001d5acd5")


def test_versions_whose_digests_begin_alike_have_two_names() -> None:
    """Two versions have two names although the digests of what names them begin with the same 48 bits.

    A search of a minute finds such versions. A name holds so much of the digest that no two of a trillion versions share
    one: the chance is under one in a trillion, by the birthday bound.
    """
    key = object_keys.upload_key(OWNER, IMAGE_IDS[0])
    image: Image = {"imageId": IMAGE_IDS[0], "owner": OWNER, "bucket": "pictures", "key": key, "versionId": ""}
    digests = [sha256(f"pictures\n{key}\n{version}".encode()).hexdigest() for version in ALIKE]
    assert digests[0][:12] == digests[1][:12]
    first, second = (executions.name({**image, "versionId": version}) for version in ALIKE)
    assert first != second
    held = 4 * len(first.removeprefix(f"{IMAGE_IDS[0]}-").removesuffix("-1"))  # bits of the digest
    assert MANY_VERSIONS**2 / 2 ** (held + 1) < 1 / MANY_VERSIONS


@given(image=IMAGES, other=WORDS)
def test_a_name_holds_image_and_attempt(image: Image, other: str) -> None:
    """The name begins with the image's id and ends with the attempt's number; nothing else of the image is readable in it."""
    name = executions.name(image)
    assert executions.image_id(name) == image["imageId"]
    assert name.endswith(f"-{image['attempt']}")
    assert executions.name({**image, "owner": other}) == name


def test_a_name_stays_with_every_version() -> None:
    """After an upgrade, an event that is delivered again starts nothing, and a step still knows its record."""
    image: Image = {"imageId": IMAGE_IDS[0], "owner": OWNER, "bucket": "pictures", "key": "uploads/a", "versionId": "1"}
    assert executions.name(image) == f"{IMAGE_IDS[0]}-3c6ccc8fe7db3e8d0e8df7abde951a34-1"


@given(image=IMAGES)
def test_an_image_without_an_attempt_is_the_first(image: Image) -> None:
    """An image without the number of its attempt has the name of the first attempt."""
    unnumbered = image.copy()
    del unnumbered["attempt"]
    assert executions.name(unnumbered) == executions.name({**image, "attempt": 1})


def test_standard_starts_an_attempt_once(pipeline: Pipeline) -> None:
    """The first start is new, a repeated one is not, and a later attempt is; the input keeps the contract."""
    image = pipeline_input(pipeline.upload(b"data"))
    assert executions.start(image, pipeline.environment)
    assert not executions.start({**image, "uploadedAt": "2026-11-23T09:15:09Z"}, pipeline.environment)
    assert executions.start({**image, "attempt": 2}, pipeline.environment)
    assert sorted(one["image"]["attempt"] for one in pipeline.executions().values()) == [1, 2]
    for started in pipeline.executions().values():
        contracts.check("pipeline-input", started)
    assert pipeline.record({"image": image}) == {}


def test_express_claims_the_record_first(pipeline: Pipeline) -> None:
    """The record is begun before the execution starts; a repeated start finds the record and starts nothing."""
    event = pipeline.upload(b"data")
    image = pipeline_input(event)
    assert executions.start(image, pipeline.express)
    claimed = pipeline.record(event)
    assert (claimed["status"], claimed["execution"]) == (PROCESSING, executions.name(image))
    elsewhere = replace(pipeline.express, state_machine_arn=create_state_machine("that-knows-no-names"))
    assert not executions.start(image, elsewhere)
    assert not clients.stepfunctions().list_executions(stateMachineArn=elsewhere.state_machine_arn)["executions"]
    assert pipeline.record(event) == claimed


@pytest.mark.share(1)
@pytest.mark.parametrize("status", ["SUCCEEDED", "REJECTED", "FAILED"])
def test_express_starts_nothing_for_a_final_image(pipeline: Pipeline, status: str) -> None:
    """A duplicate event after the outcome starts nothing."""
    event = pipeline.begin(b"data")
    before = pipeline.write_outcome(event, status, notified=True)
    assert not executions.start(pipeline_input(event), pipeline.express)
    assert (pipeline.record(event), pipeline.executions()) == (before, {})


def test_express_starts_nothing_for_an_older_version(pipeline: Pipeline) -> None:
    """An event that arrives after a newer version's starts nothing."""
    older = pipeline.upload(b"older")
    newer = pipeline.upload_again(older, b"newer")
    assert executions.start(pipeline_input(newer), pipeline.express)
    assert not executions.start(pipeline_input(older), pipeline.express)
    assert list(pipeline.executions()) == [newer["execution"]]


def test_express_waits_for_a_pending_notification(pipeline: Pipeline) -> None:
    """The event of a newer version returns to the queue while the older notification is pending."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "FAILED")
    with pytest.raises(PreviousOutcomePending):
        executions.start(pipeline_input(pipeline.upload_again(older, b"newer")), pipeline.express)
    assert pipeline.executions() == {}


def test_express_releases_what_it_may_not_start(pipeline: Pipeline) -> None:
    """If Step Functions refuses, the record is deleted, so that the next delivery of the event can begin it again."""
    event = pipeline.upload(b"data")
    nowhere = replace(pipeline.express, state_machine_arn=f"{pipeline.express.state_machine_arn}-missing")
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        executions.start(pipeline_input(event), nowhere)
    assert pipeline.record(event) == {}
    assert executions.start(pipeline_input(event), pipeline.express)


def test_express_keeps_a_record_that_replaced_another(pipeline: Pipeline) -> None:
    """If Step Functions refuses, the record keeps what it holds of an older success; a sweep starts the newer version."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    image = pipeline_input(pipeline.upload_again(older, b"newer"))
    nowhere = replace(pipeline.express, state_machine_arn=f"{pipeline.express.state_machine_arn}-missing")
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        executions.start(image, nowhere)
    found = pipeline.record(older)
    assert (found["execution"], found["earlier"]) == (executions.name(image), [older["execution"]])
    assert not executions.start(image, pipeline.express)
    assert executions.start({**image, "attempt": 2}, pipeline.express)


FAULT: Any = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}


@pytest.mark.parametrize(
    "error", [ClientError(FAULT, "StartExecution"), ReadTimeoutError(endpoint_url="")], ids=["5xx", "no answer"]
)
def test_express_keeps_what_may_have_started(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """If it is unknown whether the execution started, the record stays: a repeated event starts nothing, a sweep will."""
    event = pipeline.upload(b"data")
    with monkeypatch.context() as patch:
        patch.setattr(clients.stepfunctions(), "start_execution", raising(error))
        with pytest.raises(type(error)):
            executions.start(pipeline_input(event), pipeline.express)
    assert pipeline.record(event)["status"] == PROCESSING
    assert not executions.start(pipeline_input(event), pipeline.express)


def raising(error: Exception) -> Any:
    """Return a call that raises error."""

    def call(**_: object) -> NoReturn:
        raise error

    return call


@pytest.mark.share(2)
@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_status_is_that_of_step_functions(pipeline: Pipeline, status: str) -> None:
    """The status is that of Step Functions, None for an attempt that was never started, and None with EXPRESS."""
    event = pipeline.upload(b"data")
    second = numbered(event["image"], 2)
    assert executions.status(event["image"], pipeline.environment) is None
    arn = pipeline.start(event, status)
    assert executions.status(event["image"], pipeline.environment) == status
    assert executions.status(second, pipeline.environment) is None
    assert executions.status(event["image"], pipeline.express) is None
    assert clients.stepfunctions().describe_execution(executionArn=arn)["name"] == event["execution"]


def test_no_two_executions_share_a_folder(pipeline: Pipeline) -> None:
    """Attempts and versions have folders of their own, and all archive folders of an image are below its own."""
    first = pipeline.upload(b"data")
    second = numbered(first["image"], 2)
    names = [
        first["execution"],
        pipeline.upload_again(first, b"x")["execution"],
        executions.name(second),
    ]
    folders = {object_keys.archive_folder(first["image"], name) for name in names}
    staged = {object_keys.staged_folder(name) for name in names}
    assert len(folders) == len(staged) == len(names)
    folder = object_keys.image_folder(first["image"]["owner"], first["image"]["imageId"])
    assert all(one.startswith(folder) and one.endswith("/") for one in folders)
