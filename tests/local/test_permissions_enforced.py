"""The pipeline under its own roles: it works with all their statements, and stops without any one of them."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from local.client import RETRIES, UploadFailedError
from local.process import process
from local.stack import LocalStack, local_stack
from tests.effort import is_thorough, times
from tests.local.account import eventually
from tests.local.audited import audits_uploads, has_records, rows_of, write_rows
from tests.local.deletion import deletes_images, sweep_deletes, sweep_starts
from tests.local.finalization import (
    abort_execution,
    await_notification,
    failing_metadata,
    finalizes_aborted,
    finishes_newer_version,
    notified_record,
    sweep_finishes_all,
    upload_image,
    without_rules,
)
from tests.local.image_status import lists_images, shows_images
from tests.local.imported import SOURCE, imports_objects
from tests.local.role_statements import (
    ONLY_AT_LIMIT,
    ONLY_EXPRESS,
    ONLY_FAILING,
    ONLY_INVENTORIES,
    ONLY_MAPS,
    ONLY_RERENDERS,
    ONLY_RULES,
    STATEMENTS,
    without_invoke_permission,
    without_statements,
)
from tests.local.stack_access import configure, invoke, is_polled, reaches_status, run_pipeline, scale_waits
from tests.patience import PATIENCE
from tests.pictures import encoded, quadrants
from workflow import contracts
from workflow.steps import ARCHIVE, METADATA

pytestmark = pytest.mark.heavy

UNREACHED = "10000"  # open uploads: one user uploads all that the tests upload, and nothing finishes some of them
LONG = 1000  # times the waits of the state machine: no test waits that long
# The others have no effect here; test_express.py removes those of EXPRESS state machines.
NOT_HERE = ONLY_EXPRESS | ONLY_FAILING | ONLY_AT_LIMIT | ONLY_MAPS | ONLY_INVENTORIES | ONLY_RULES | ONLY_RERENDERS
EXERCISED = {granted.name: granted for granted in STATEMENTS if not (granted.only_aws or granted.name in NOT_HERE)}
ONE_A_ROLE = {granted.role: granted.name for granted in EXERCISED.values()}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with permissions enforced, and with no waits before retries and before the sweep."""
    with local_stack(enforce=True, parameters={"ImportSources": f"arn:aws:s3:::{SOURCE}"}) as running:
        scale_waits(running, 0)
        configure(running, "SweepFunction", STALLED_AFTER_SECONDS="0")
        configure(running, "GetUploadUrlFunction", MAX_OPEN_UPLOADS=UNREACHED)  # for what is left in ONLY_AT_LIMIT
        yield running


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a valid image and an invalid one."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "valid.jpg").write_bytes(encoded(quadrants(), "JPEG"))
    (folder / "invalid.jpg").write_bytes(b"not an image")
    return {file.stem: file for file in folder.iterdir()}


@pytest.fixture(scope="module")
def works(stack: LocalStack, files: dict[str, Path]) -> Callable[[str], bool]:
    """Return a function that returns whether everything works that a role is for; it stops at the first failure."""
    done = run_pipeline(stack, files["valid"])
    found = json.loads(done["output"]) | {"execution": done["name"]}
    repeated = {field: found[field] for field in ARCHIVE.takes}

    def pipeline() -> bool:
        return (
            reaches_status(stack, files["valid"], "SUCCEEDED")
            and reaches_status(stack, files["invalid"], "REJECTED")
            and "errorType" not in invoke(stack, "ArchiveFunction", repeated)
            and finishes_newer_version(stack)
            and is_polled(stack)
        )

    others: dict[str, Callable[[], bool]] = {
        "ListImagesFunctionRole": partial(lists_images, stack),
        "GetImageFunctionRole": partial(shows_images, stack, found["image"]["imageId"]),
        "DeleteImageFunctionRole": partial(deletes_images, stack),
        "FinalizeFunctionRole": partial(finalizes_aborted, stack),
        **dict.fromkeys(("AuditFunctionRole", "AuditPipelineRole"), partial(audits_uploads, stack)),
        **dict.fromkeys(("ImportFunctionRole", "ImportPipelineRole"), partial(imports_objects, stack)),
        "SweepFunctionRole": lambda: sweep_finishes_all(stack) and sweep_starts(stack) and sweep_deletes(stack),
    }
    return lambda role: others.get(role, pipeline)()


def test_pipeline_works_under_its_own_roles(stack: LocalStack, files: dict[str, Path], tmp_path: Path) -> None:
    """Through API and queue, a photograph gets the status SUCCEEDED, a file that is not an image REJECTED, with notifications."""
    photograph = Path("local/photographs/rocket.jpg")
    outcomes = process(stack, [photograph, files["invalid"]], tmp_path, at_once=1, timeout=PATIENCE)
    found = {Path(outcome.file).name: outcome for outcome in outcomes}
    assert {name: outcome.status for name, outcome in found.items()} == {
        "rocket.jpg": "SUCCEEDED",
        "invalid.jpg": "REJECTED",
    }


@pytest.mark.share(3)
@pytest.mark.parametrize("name", EXERCISED if is_thorough() else [*ONE_A_ROLE.values()][::2])
def test_without_a_statement_it_stops(stack: LocalStack, works: Callable[[str], bool], name: str) -> None:
    """Without any one statement of a role something fails; with it again everything works."""
    role = EXERCISED[name].role
    with without_statements(stack, EXERCISED[name]):
        assert not works(role)
    assert not is_thorough() or works(role)  # in `make test` the tests below need the statements again


def test_an_inventory_starts_its_audit(stack: LocalStack) -> None:
    """The event of a manifest starts AuditPipeline through AuditRule, and each upload of the inventory has a record after that."""
    rows = [*rows_of(stack, times(3, 200))]
    write_rows(stack, rows)
    assert eventually(lambda: has_records(stack, rows))


def test_statements_without_effect_here(stack: LocalStack, works: Callable[[str], bool]) -> None:
    """Without the statements that the test above leaves out everything works on the emulator."""
    left_out = [granted for granted in STATEMENTS if granted.name not in EXERCISED]
    with without_statements(stack, *left_out):
        roles = ("ArchiveFunctionRole", "FinalizeFunctionRole", "SweepFunctionRole", "ImportFunctionRole")
        assert {role: works(role) for role in roles} == dict.fromkeys(roles, True)


def test_api_needs_permission_to_invoke_its_function(
    stack: LocalStack, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission for the API, a request for a URL fails with status 500."""
    monkeypatch.setattr("local.client.RETRIES", RETRIES.new(backoff_factor=0, backoff_jitter=0))
    with without_invoke_permission(stack, "GetUploadUrlFunction"), pytest.raises(UploadFailedError, match="500"):
        run_pipeline(stack, files["valid"])
    assert reaches_status(stack, files["valid"], "SUCCEEDED")


def test_rule_needs_permission_to_invoke_its_function(stack: LocalStack) -> None:
    """Without the permission for the rule an aborted execution is not finalized; with it again the next one is."""
    with without_rules(stack):
        ignored, finalized = (upload_image(stack, str(uuid4())) for _ in range(2))
    with without_invoke_permission(stack, "FinalizeFunction"):
        abort_execution(stack, ignored)
    abort_execution(stack, finalized)
    assert eventually(lambda: notified_record(stack, finalized))["status"] == "FAILED"
    assert not notified_record(stack, ignored)  # a step that had begun may have made a record


def test_aborted_execution_is_finalized(stack: LocalStack) -> None:
    """Record and notification say FAILED, in which state and why, although no state of the execution could do that."""
    with without_rules(stack):
        image = upload_image(stack, str(uuid4()))
    scale_waits(stack, LONG)
    try:
        with failing_metadata(stack, image) as execution:
            stack.emulator.client("stepfunctions").stop_execution(executionArn=execution)
    finally:
        scale_waits(stack, 0)
    notification = await_notification(stack, image)
    contracts.check("failure-notification", notification)
    found = eventually(lambda: notified_record(stack, image))
    contracts.check("metadata-record", found)
    name = execution.rpartition(":")[2]
    assert (notification["notificationId"], notification["failedIn"], notification["reason"]) == (
        name,
        METADATA.state,
        "Aborted",
    )
    assert (found["execution"], found["status"], found["failedIn"]) == (name, "FAILED", METADATA.state)


def test_upload_without_tls_is_refused(stack: LocalStack) -> None:
    """The upload bucket's policy denies a PUT without TLS, which this header simulates."""
    query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "5"}
    http = stack.emulator.http()
    answer = http.request("GET", stack.upload_url_endpoint, fields=query, headers={"Authorization": stack.token})
    grant = json.loads(answer.data)
    plain, secure = grant["headers"] | {"X-Forwarded-Proto": "http"}, grant["headers"]
    answers = [http.request("PUT", grant["uploadUrl"], body=b"12345", headers=headers) for headers in (plain, secure)]
    assert [answer.status for answer in answers] == [403, 200]
