"""The recorder covers every request of a handler, and nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from imaging.errors import Reason
from lambdas.domain import objects
from lambdas.runtime import clients
from lambdas.runtime.service_errors import ServiceError
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
    """Give an empty ledger with the template's grants."""
    with recorder.judging(Ledger()) as ledger:
        yield ledger


def replace_read(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Make steps call act instead of reading the upload."""
    monkeypatch.setattr(objects, "read_upload", lambda *_: act())


def step(account: Account, contract: str = "resize-image") -> object:
    """Call the handler of a step."""
    return STEPS[contract](account.begin(pictures.examples()["JPEG"]), CONTEXT)


@pytest.mark.parametrize("contract", ROLES)
def test_handlers_with_the_same_decorator_have_their_own_roles(
    account: Account, monkeypatch: pytest.MonkeyPatch, contract: str
) -> None:
    """A call in a step is attributed to the role of its own function, though all steps have the same decorator."""
    found: list[str | None] = []

    def look() -> None:
        found.append(role_at_work())
        raise ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")

    replace_read(monkeypatch, look)
    with pytest.raises(ImageRejected):
        step(account, contract)
    assert found == [ROLES[contract]]


def test_a_handler_in_another_thread_is_recorded(account: Account, ledger: Ledger) -> None:
    """Calls of a handler in another thread are recorded: the state machine's interpreter runs branches in threads."""
    event = account.begin(pictures.examples()["JPEG"])
    with ThreadPoolExecutor() as threads:
        threads.submit(STEPS["resize-image"], event, CONTEXT).result()
    assert {grant.role for grant in ledger.uses} == {"ResizeFunctionRole"}


def test_code_outside_a_handler_has_no_role() -> None:
    """A test itself has no role."""
    assert role_at_work() is None


def test_calls_of_tests_themselves_are_not_checked(account: Account, recorder: Recorder) -> None:
    """A test may make any call without a grant, also through the functions' own modules."""
    with recorder.judging(Ledger(tuple)) as ledger:
        objects.read_upload(account.upload(b"data")["image"], 10)
    assert (ledger.refusals, ledger.uses) == ([], {})


def test_calls_of_the_step_handler_belong_to_the_step(account: Account, ledger: Ledger) -> None:
    """The calls that the step handler makes around a step's work are made with that step's role."""
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
def test_an_unknown_call_is_refused(
    account: Account, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]
) -> None:
    """A handler that makes or signs a call that the table lacks fails at once, and the refusal is recorded."""
    replace_read(monkeypatch, act)
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
def test_a_refusal_has_the_error_code_of_the_service(
    account: Account, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], code: str
) -> None:
    """The error of a refused call has the code of the service, by which a step names it."""
    replace_read(monkeypatch, act)
    with pytest.raises(ServiceError) as raised:
        step(account)
    assert type(raised.value).__name__ == code
    assert len(ledger.refusals) == 1


@pytest.mark.usefixtures("ledger")
def test_a_missing_object_is_access_denied_without_permission_to_list(account: Account) -> None:
    """Reading a missing object in a bucket that the step may not list raises AccessDenied, as in S3."""
    event = account.begin(pictures.examples()["JPEG"])
    gone = {**event["image"], "key": f"{event['image']['key'][:-12]}{'0' * 12}"}
    with pytest.raises(ClientError, match="AccessDenied"):
        STEPS["resize-image"]({**event, "image": gone}, CONTEXT)
