"""Least privilege, exactly: what the roles allow is what the handlers do, in both directions.

The whole suite is held to it too, by plugin.py; this is the same in a few seconds.
"""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from lambdas import archive, resize, storage
from lambdas.sweep import Unswept
from tests import pictures
from tests.effort import times
from tests.lambdas.bench import CONTEXT, Bench
from tests.permissions.grants import Grant, granted
from tests.permissions.ledger import Ledger
from tests.permissions.life import ask, lived, trigger_express
from tests.permissions.plugin import faults
from tests.permissions.recorder import Recorder
from tests.permissions.settled import settled, sweep_express, swept

pytestmark = pytest.mark.usefixtures("bench")

# What the functions do that are not on a picture's way.
OWN = {"SettleFunctionRole": settled, "SweepFunctionRole": swept}
EVERYWHERE = '{"Fn::Sub": "${UploadBucket.Arn}/*"}'
READ, STAGE, REMOVE = (
    next(grant for grant in granted() if (grant.role, grant.action) == wanted)
    for wanted in (
        ("ValidateFunctionRole", "s3:GetObjectVersion"),
        ("ResizeFunctionRole", "s3:PutObject"),
        ("ArchiveFunctionRole", "s3:DeleteObject"),
    )
)


def judged(recorder: Recorder, bench: Bench, *grants: Grant) -> Ledger:
    """Let the functions do everything under roles of these grants, and return the account of it."""
    with recorder.judging(Ledger(lambda: grants)) as ledger:
        for did in (lived, *OWN.values()):
            did(bench)
    return ledger


def without(grant: Grant) -> list[Grant]:
    """Return all grants but one."""
    return [other for other in granted() if other != grant]


def test_every_call_is_allowed_and_every_grant_is_used(recorder: Recorder, bench: Bench) -> None:
    """Under their roles the functions do all that they ever do, and need everything that is allowed them."""
    ledger = judged(recorder, bench, *granted())
    assert ledger.refusals == []
    assert faults(ledger) == []


def test_records_are_claimed_and_released_under_express(recorder: Recorder, bench: Bench) -> None:
    """Where names may repeat, trigger and sweep begin a record before an execution, and take it back if that is refused.

    It is in the whole suite's account, since other tests have no need for a refused start by these functions.
    """
    trigger_express(bench)
    sweep_express(bench)
    used = {(grant.role, grant.action) for grant in recorder.ledger.uses}
    roles = ("SqsTriggerFunctionRole", "SweepFunctionRole")
    assert used >= {(role, f"dynamodb:{verb}Item") for role in roles for verb in ("Put", "Delete")}


@pytest.mark.parametrize(
    "grant", granted()[:: times(4, 1)], ids=lambda grant: f"{grant.role} {grant.action} {grant.resource}"
)
def test_no_grant_can_be_spared(recorder: Recorder, bench: Bench, grant: Grant) -> None:
    """With any one grant taken out of a role, some call of its function is refused."""
    told = ""
    with recorder.judging(Ledger(lambda: without(grant))) as ledger:
        try:
            OWN.get(grant.role, lived)(bench)
        except (ClientError, Unswept) as error:
            told = str(error)
    assert any(f"{grant.role} is not allowed " in refusal for refusal in [*ledger.refusals, told])


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(replace(READ, action="s3:DeleteObject"), id="another action"),
        pytest.param(replace(READ, role="GetUploadUrlFunctionRole"), id="in another role"),
        pytest.param(replace(READ, resource='{"Fn::Sub": "${ArchiveBucket.Arn}/*"}'), id="on another bucket"),
        pytest.param(replace(READ, resource=EVERYWHERE), id="on more keys"),
    ],
)
def test_a_grant_more_is_told(recorder: Recorder, bench: Bench, more: Grant) -> None:
    """A grant that no call needs is named, one too that allows anew what a narrower one allows."""
    ledger = judged(recorder, bench, *granted(), more)
    assert ledger.unused() == [more]


@pytest.mark.parametrize("grant", [READ, STAGE, REMOVE], ids=lambda grant: grant.action)
def test_a_wider_grant_is_told(recorder: Recorder, bench: Bench, grant: Grant) -> None:
    """A grant on all keys of a bucket is named if its function touches those of one prefix only."""
    wide = replace(grant, resource=EVERYWHERE)
    (fault,) = faults(judged(recorder, bench, *without(grant), wide))
    assert fault.startswith("too wide")
    assert grant.role in fault


def test_a_key_under_another_prefix_is_refused(
    recorder: Recorder, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that may write staged renditions may not write where uploads lie, whose events start the pipeline."""
    event = bench.begun(pictures.examples()["JPEG"])
    monkeypatch.setattr(storage, "STAGED", storage.UPLOADS)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        resize.handler(event, CONTEXT)
    (refusal,) = ledger.refusals
    assert "ResizeFunctionRole is not allowed s3:PutObject" in refusal


def test_a_url_allows_no_more_than_its_signer_may(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """To sign a URL is to be judged as if the upload was the signer's own."""
    monkeypatch.setattr(storage, "UPLOADS", storage.STAGED)
    with recorder.judging(Ledger()) as ledger, pytest.raises(ClientError, match="AccessDenied"):
        ask()
    (refusal,) = ledger.refusals
    assert "GetUploadUrlFunctionRole is not allowed s3:PutObject" in refusal


def test_a_refusal_is_noted_though_the_handler_passes_over_it(recorder: Recorder, bench: Bench) -> None:
    """ArchiveImage succeeds when it may not remove what was staged; that it was refused is known all the same."""
    event = bench.processed(pictures.examples()["JPEG"])
    with recorder.judging(Ledger(lambda: without(REMOVE))) as ledger:
        archive.handler(event, CONTEXT)
    assert ["s3:DeleteObject" in refusal for refusal in ledger.refusals] == [True]
