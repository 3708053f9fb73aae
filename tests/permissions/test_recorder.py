"""The recorder covers every request of a handler, and nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from imaging.errors import Reason
from lambdas.domain import objects
from lambdas.runtime import clients
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, STEPS, TABLE, Account
from tests.permissions.attribution import role_at_work
from tests.permissions.calls import UnknownCallError
from tests.permissions.ledger import Ledger
from tests.permissions.recorder import Recorder
from workflow.contracts.errors import ImageRejected

ROLES = {
    "validate-image": "ValidateFunctionRole",
    "extract-metadata": "MetadataFunctionRole",
    "resize-image": "ResizeFunctionRole",
    "generate-thumbnail": "ThumbnailFunctionRole",
}


@pytest.fixture
def ledger(recorder: Recorder) -> Iterator[Ledger]:
    """Give an account that begins with the test, by the template's grants."""
    with recorder.judging(Ledger()) as ledger:
        yield ledger


def doing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let steps do something else where they read the upload."""
    monkeypatch.setattr(objects, "read_upload", lambda *_: act())


def step(account: Account, contract: str = "resize-image") -> object:
    """Call the handler of a step."""
    return STEPS[contract](account.begin(pictures.examples()["JPEG"]), CONTEXT)


@pytest.mark.parametrize("contract", ROLES)
def test_handlers_that_one_decorator_made_are_told_apart(
    account: Account, monkeypatch: pytest.MonkeyPatch, contract: str
) -> None:
    """What runs under a step's handler runs under its own function's role, though all steps have one gate."""
    found: list[str | None] = []

    def look() -> None:
        found.append(role_at_work())
        raise ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")

    doing(monkeypatch, look)
    with pytest.raises(ImageRejected):
        step(account, contract)
    assert found == [ROLES[contract]]


def test_a_handler_is_heard_in_whatever_thread_it_runs(account: Account, ledger: Ledger) -> None:
    """The interpreter of the state machine runs the branches of a picture in threads."""
    event = account.begin(pictures.examples()["JPEG"])
    with ThreadPoolExecutor() as threads:
        threads.submit(STEPS["resize-image"], event, CONTEXT).result()
    assert {grant.role for grant in ledger.uses} == {"ResizeFunctionRole"}


def test_nothing_is_at_work_outside_a_handler() -> None:
    """A test itself has no role."""
    assert role_at_work() is None


def test_what_the_tests_do_themselves_is_not_judged(account: Account, recorder: Recorder) -> None:
    """A test may call what it likes, and read through the functions' own modules, without any grant."""
    with recorder.judging(Ledger(tuple)) as ledger:
        objects.read_upload(account.upload(b"data")["image"], 10)
    assert (ledger.refusals, ledger.uses) == ([], {})


def test_the_gates_own_calls_are_its_steps(account: Account, ledger: Ledger) -> None:
    """What the gate writes around a step's work is written under that step's role."""
    step(account)
    used = {(grant.role, grant.action) for grant in ledger.uses}
    actions = ("s3:GetObjectVersion", "s3:PutObject", "dynamodb:UpdateItem")
    assert used == {("ResizeFunctionRole", action) for action in actions}


@pytest.mark.parametrize(
    "act",
    [
        lambda: clients.s3().list_buckets(),
        lambda: clients.dynamodb().scan(TableName=TABLE),
        lambda: clients.s3().generate_presigned_url("list_buckets"),
        lambda: clients.s3().generate_presigned_post(UPLOAD_BUCKET, "uploads/a"),
    ],
    ids=["S3", "DynamoDB", "a signed URL", "a signed form"],
)
def test_no_call_is_added_unseen(
    account: Account, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]
) -> None:
    """A handler that calls or signs what the table does not know fails at once, and the refusal is noted."""
    doing(monkeypatch, act)
    with pytest.raises(UnknownCallError) as raised:
        step(account)
    assert ledger.refusals == [str(raised.value)]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: clients.s3().get_object(Bucket=UPLOAD_BUCKET, Key="staged/a"), "AccessDenied"),
        (lambda: clients.dynamodb().update_item(TableName="others", Key={}), "AccessDeniedException"),
    ],
    ids=["S3", "DynamoDB"],
)
def test_a_refusal_is_spelt_as_aws_spells_it(
    account: Account, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], code: str
) -> None:
    """A handler that looks at the code finds the service's."""
    doing(monkeypatch, act)
    with pytest.raises(ClientError) as raised:
        step(account)
    assert raised.value.response["Error"]["Code"] == code
    assert len(ledger.refusals) == 1


@pytest.mark.usefixtures("ledger")
def test_who_may_not_list_is_not_told_that_nothing_is_there(account: Account) -> None:
    """A step that reads an upload that is gone, in a bucket that it may not list, is denied, as S3 does."""
    event = account.begin(pictures.examples()["JPEG"])
    gone = {**event["image"], "key": f"{event['image']['key'][:-12]}{'0' * 12}"}
    with pytest.raises(ClientError, match="AccessDenied"):
        STEPS["resize-image"]({**event, "image": gone}, CONTEXT)
