"""Least privilege: grants that no call needs and calls that no grant allows are reported."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas import archive, resize, sqs_trigger, sweep
from lambdas.domain import object_keys
from lambdas.domain.executions import EXPRESS
from lambdas.runtime import clients
from lambdas.runtime.service_errors import ServiceError
from lambdas.sweep import SweepIncompleteError
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, Account
from tests.lambdas.messages import object_created, sqs_event
from tests.lambdas.url_requests import PARAMETERS, request_url
from tests.permissions.calls import Permission
from tests.permissions.grants import Grant, granted
from tests.permissions.ledger import Ledger
from tests.permissions.plugin import excess_grants
from tests.permissions.recorder import Recorder

pytestmark = pytest.mark.usefixtures("account")

EVERYWHERE = '{"Fn::Sub": "${UploadBucket.Arn}/*"}'


def first(role: str, action: str) -> Grant:
    """Return the first grant of an action to a role."""
    return next(grant for grant in granted() if (grant.role, grant.action) == (role, action))


READ = first("ValidateFunctionRole", "s3:GetObjectVersion")
STAGE = first("ResizeFunctionRole", "s3:PutObject")
REMOVE = first("ArchiveFunctionRole", "s3:DeleteObject")


def without(grant: Grant) -> list[Grant]:
    """Return all grants but one."""
    return [other for other in granted() if other != grant]


def use(ledger: Ledger, grants: list[Grant]) -> Ledger:
    """Make for each of grants a call that it allows, and return the ledger."""
    for grant in grants:
        assert ledger.allows(grant.role, Permission(grant.action, grant.arn.replace("*", "x"), if_none_match="*"))
    return ledger


@pytest.mark.parametrize("more", [EVERYWHERE, '{"Fn::Sub": "${ArchiveBucket.Arn}/*"}'], ids=["wider", "elsewhere"])
def test_a_grant_that_no_call_needs_is_reported(more: str) -> None:
    """A grant is unused if no call needs it, or if a narrower one allows the same calls."""
    ledger = use(Ledger(lambda: [READ, STAGE, replace(READ, resource=more)]), [READ, STAGE])
    (line,) = excess_grants(ledger)
    assert line.startswith("unused")
    assert more in line


@pytest.mark.parametrize("grant", [READ, STAGE, REMOVE], ids=lambda grant: grant.action)
def test_a_grant_on_more_prefixes_than_are_used_is_reported(grant: Grant) -> None:
    """A grant on all keys of a bucket is reported if its function uses those of one prefix only."""
    (line,) = excess_grants(use(Ledger(lambda: [replace(grant, resource=EVERYWHERE)]), [grant]))
    assert line.startswith("too wide")
    assert grant.role in line


def test_records_are_claimed_and_released_under_express(
    recorder: Recorder, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under EXPRESS, trigger and sweep begin a record before an execution, and release it if the start is refused.

    The verdict on the whole suite needs these calls: no other test refuses these functions a start.
    """
    FakeClock().install(monkeypatch)
    monkeypatch.setenv("WORKFLOW_TYPE", EXPRESS)
    newer = account.upload_again(account.begin(b"data"), b"newer")["image"]
    event = object_created(key=newer["key"], version=newer["versionId"], bucket=UPLOAD_BUCKET)
    sqs_trigger.handler(sqs_event(event), CONTEXT)
    monkeypatch.setenv("STATE_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:missing")
    sqs_trigger.handler(sqs_event(object_created(bucket=UPLOAD_BUCKET)), CONTEXT)
    account.upload(b"data")
    with suppress(SweepIncompleteError):
        sweep.handler({"everything": True}, CONTEXT)
    used = {(grant.role, grant.action) for grant in recorder.ledger.uses}
    roles = ("SqsTriggerFunctionRole", "SweepFunctionRole")
    assert used >= {(role, f"dynamodb:{verb}Item") for role in roles for verb in ("Put", "Delete")}


def test_a_key_under_another_prefix_is_refused(
    recorder: Recorder, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that may write staged renditions may not write under the prefix of uploads, whose events start the pipeline."""
    event = account.begin(pictures.examples()["JPEG"])
    monkeypatch.setattr(object_keys, "STAGED", object_keys.UPLOADS)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ServiceError, match="AccessDenied"):
        resize.handler(event, CONTEXT)
    (refusal,) = ledger.refusals
    assert "ResizeFunctionRole is not allowed s3:PutObject" in refusal


def test_a_url_that_could_replace_an_upload_is_refused(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL without the condition that there is no object yet needs a permission that the signer does not have."""
    client = clients.s3()
    sign = client.generate_presigned_url

    def sign_any(operation: str, **options: Any) -> str:
        del options["Params"]["IfNoneMatch"]
        return str(sign(operation, **options))

    monkeypatch.setattr(client, "generate_presigned_url", sign_any)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        request_url(PARAMETERS)
    assert "GetUploadUrlFunctionRole is not allowed s3:PutObject" in ledger.refusals[0]


def test_a_url_allows_no_more_than_its_signer_may(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing a URL needs the same permission as the upload itself."""
    monkeypatch.setattr(object_keys, "UPLOADS", object_keys.STAGED)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        request_url(PARAMETERS)
    (refusal,) = ledger.refusals
    assert "GetUploadUrlFunctionRole is not allowed s3:PutObject" in refusal


def test_a_refusal_is_recorded_though_the_handler_ignores_it(recorder: Recorder, account: Account) -> None:
    """ArchiveImage succeeds if it may not remove staged objects, but the refused call is recorded."""
    event = account.run_steps(pictures.examples()["JPEG"])
    with recorder.judging(Ledger(lambda: without(REMOVE))) as ledger:
        archive.handler(event, CONTEXT)
    assert ["s3:DeleteObject" in refusal for refusal in ledger.refusals] == [True]
