"""Least privilege, exactly: what the roles allow is what the handlers do, in both directions.

The whole suite is held to it too, by plugin.py; this is the same in a few seconds.
"""

import os
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from lambdas import archive, resize
from lambdas.domain import object_keys
from lambdas.sweep import SweepIncompleteError
from tests import pictures
from tests.effort import repetition
from tests.lambdas.account import CONTEXT, Account
from tests.permissions.calls import Permission
from tests.permissions.grants import Grant, granted
from tests.permissions.ledger import Ledger
from tests.permissions.pipeline_calls import request_url, run_pipeline_functions, trigger_express
from tests.permissions.plugin import excess_grants
from tests.permissions.recorder import Recorder
from tests.permissions.recovery_calls import run_finalize, run_sweep, run_sweep_express

pytestmark = pytest.mark.usefixtures("account")

# What the functions do that are not on a picture's way.
OWN = {"FinalizeFunctionRole": run_finalize, "SweepFunctionRole": run_sweep}
EVERYWHERE = '{"Fn::Sub": "${UploadBucket.Arn}/*"}'
MACHINE = "STATE_MACHINE_ARN"


def first(role: str, action: str) -> Grant:
    """Return the first grant of an action to a role."""
    return next(grant for grant in granted() if (grant.role, grant.action) == (role, action))


READ = first("ValidateFunctionRole", "s3:GetObjectVersion")
STAGE = first("ResizeFunctionRole", "s3:PutObject")
REMOVE = first("ArchiveFunctionRole", "s3:DeleteObject")
# One for each way in which a function hears of it: its call is refused, its error is passed over, S3 does not say that
# nothing is there; and it is tried by a run of its own.
SHARE = {
    READ,
    REMOVE,
    first("ArchiveFunctionRole", "s3:ListBucket"),
    first("FinalizeFunctionRole", "sns:Publish"),
    first("SweepFunctionRole", "states:StartExecution"),
}


class Noted(Ledger):
    """An account that can be taken anew under other grants, which is what one does that refuses nothing."""

    def __init__(self) -> None:
        """Judge by what the template grants."""
        super().__init__()
        self.calls: list[tuple[str, Permission, str]] = []  # with the state machine of the time, which some runs change
        self.allowed_by: list[list[Grant]] = []  # each call

    def fitting(self, role: str, permission: Permission) -> list[Grant]:
        """Note a call, and by what it is allowed."""
        self.calls.append((role, permission, os.environ[MACHINE]))
        self.allowed_by.append(super().fitting(role, permission))
        return self.allowed_by[-1]

    def judged_by(self, *grants: Grant) -> Ledger:
        """Return the account of the same calls under other grants."""
        ledger = Ledger(lambda: grants)
        for role, permission, machine in self.calls:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(MACHINE, machine)
                if not ledger.allows(role, permission):
                    ledger.refuse(f"{role} is not allowed {permission.action} on {permission.arn}")
        return ledger


@pytest.fixture(scope="module")
def noted(recorder: Recorder, account: Account) -> Noted:
    """Give the account of all that the functions ever do."""
    ledger = Noted()
    with recorder.judging(ledger):
        for did in (run_pipeline_functions, *OWN.values()):
            did(account)
    return ledger


def told(grant: Grant) -> str:
    """Return a name of the test of grant."""
    return f"{grant.role} {grant.action} {grant.resource}"


def without(grant: Grant) -> list[Grant]:
    """Return all grants but one."""
    return [other for other in granted() if other != grant]


def test_every_call_is_allowed_and_every_grant_is_used(noted: Noted) -> None:
    """Under their roles the functions do all that they ever do, and need everything that is allowed them."""
    assert noted.refusals == []
    assert excess_grants(noted) == []


def test_the_same_calls_are_judged_alike(noted: Noted) -> None:
    """Under the same grants, calls that were noted make the account that they made at their time."""
    again = noted.judged_by(*granted())
    assert (again.refusals, again.uses) == ([], noted.uses)


def test_records_are_claimed_and_released_under_express(recorder: Recorder, account: Account) -> None:
    """Where names may repeat, trigger and sweep begin a record before an execution, and take it back if that is refused.

    It is in the whole suite's account, since other tests have no need for a refused start by these functions.
    """
    trigger_express(account)
    run_sweep_express(account)
    used = {(grant.role, grant.action) for grant in recorder.ledger.uses}
    roles = ("SqsTriggerFunctionRole", "SweepFunctionRole")
    assert used >= {(role, f"dynamodb:{verb}Item") for role in roles for verb in ("Put", "Delete")}


@pytest.mark.parametrize("grant", granted(), ids=told)
def test_no_grant_can_be_spared(noted: Noted, grant: Grant) -> None:
    """Some call of its function is allowed by this grant alone."""
    assert [grant] in noted.allowed_by


@pytest.mark.parametrize(
    "grant", [pytest.param(grant, id=told(grant), marks=() if grant in SHARE else repetition) for grant in granted()]
)
def test_a_function_hears_of_its_missing_grant(recorder: Recorder, account: Account, grant: Grant) -> None:
    """With any one grant taken out of a role, some call of its function is refused while it runs."""
    error_told = ""
    with recorder.judging(Ledger(lambda: without(grant))) as ledger:
        try:
            OWN.get(grant.role, run_pipeline_functions)(account)
        except (ClientError, SweepIncompleteError) as error:
            error_told = str(error)
    assert any(f"{grant.role} is not allowed " in refusal for refusal in [*ledger.refusals, error_told])


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(replace(READ, action="s3:DeleteObject"), id="another action"),
        pytest.param(replace(READ, role="GetUploadUrlFunctionRole"), id="in another role"),
        pytest.param(replace(READ, resource='{"Fn::Sub": "${ArchiveBucket.Arn}/*"}'), id="on another bucket"),
        pytest.param(replace(READ, resource=EVERYWHERE), id="on more keys"),
    ],
)
def test_a_grant_more_is_told(noted: Noted, more: Grant) -> None:
    """A grant that no call needs is named, one too that allows anew what a narrower one allows."""
    ledger = noted.judged_by(*granted(), more)
    assert ledger.unused() == [more]


@pytest.mark.parametrize("grant", [READ, STAGE, REMOVE], ids=lambda grant: grant.action)
def test_a_wider_grant_is_told(noted: Noted, grant: Grant) -> None:
    """A grant on all keys of a bucket is named if its function touches those of one prefix only."""
    wide = replace(grant, resource=EVERYWHERE)
    (fault,) = excess_grants(noted.judged_by(*without(grant), wide))
    assert fault.startswith("too wide")
    assert grant.role in fault


def test_a_key_under_another_prefix_is_refused(
    recorder: Recorder, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that may write staged renditions may not write where uploads lie, whose events start the pipeline."""
    event = account.begin(pictures.examples()["JPEG"])
    monkeypatch.setattr(object_keys, "STAGED", object_keys.UPLOADS)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        resize.handler(event, CONTEXT)
    (refusal,) = ledger.refusals
    assert "ResizeFunctionRole is not allowed s3:PutObject" in refusal


def test_a_url_allows_no_more_than_its_signer_may(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """To sign a URL is to be judged as if the upload was the signer's own."""
    monkeypatch.setattr(object_keys, "UPLOADS", object_keys.STAGED)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        request_url()
    (refusal,) = ledger.refusals
    assert "GetUploadUrlFunctionRole is not allowed s3:PutObject" in refusal


def test_a_refusal_is_noted_though_the_handler_passes_over_it(recorder: Recorder, account: Account) -> None:
    """ArchiveImage succeeds when it may not remove what was staged; that it was refused is known all the same."""
    event = account.run_steps(pictures.examples()["JPEG"])
    with recorder.judging(Ledger(lambda: without(REMOVE))) as ledger:
        archive.handler(event, CONTEXT)
    assert ["s3:DeleteObject" in refusal for refusal in ledger.refusals] == [True]
