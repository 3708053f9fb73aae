"""The import pipeline on moto's interpreter: the real definition and handler, and runs that are killed.

Moto has neither ItemBatcher nor a ResultWriter with results; tests/fake_aws/distributed_maps.py makes the batches.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas import import_images
from lambdas.domain import executions, import_outcomes, imports
from lambdas.domain.imports import DONE
from lambdas.domain.record import read_record
from lambdas.runtime import clients
from tests.effort import times
from tests.fake_aws.account import ACCOUNT, OWNER, REGION, create_state_machine
from tests.fake_aws.distributed_maps import DistributedMaps
from tests.fake_aws.interpreter import join_threads, substituted
from tests.fake_aws.resources import TABLE, UPLOADS
from tests.patience import PATIENCE
from tests.pictures import encoded, quadrants
from tests.workflow.processing import Processing
from workflow.import_definition import states_language
from workflow.steps import BATCH_SIZE, IMPORT

SOURCE = "pictures-of-ten-years"
WHOLE = times(60, 10_000)  # objects of the run that is killed
TWICE = times(30, 500)  # objects of two runs at once
KILLS = 3
NUMBERS = count()


class KilledError(Exception):
    """A function or its container died."""


class Imports:
    """The import pipeline beside the deployed pipeline, and a source bucket."""

    def __init__(self, processing: Processing, patch: pytest.MonkeyPatch) -> None:
        """Deploy it."""
        maps = DistributedMaps()
        maps.install(patch)
        self.maps, self._functions = maps, processing.interpreter.functions
        self._functions[IMPORT.function] = import_images.handler
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{IMPORT.function}"
        machine = substituted(states_language(), Partition="aws", UploadBucket=UPLOADS, **{IMPORT.function: arn})
        self._machine = create_state_machine(f"imports-{next(NUMBERS)}", maps.without_unknown(machine))
        self._s3 = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]
        if SOURCE not in self._s3.buckets:
            self._s3.create_bucket(SOURCE, REGION)

    def fill(self, number: int, data: bytes = b"") -> None:
        """Put so many pictures into the source, in the place of all others; past the API."""
        for key in [*self._s3.buckets[SOURCE].keys]:
            self._s3.delete_object(SOURCE, key)
        for one in range(number):
            self._s3.put_object(SOURCE, f"{one:05}.png", data or str(one).encode())

    def run(self, name: str, **changed: Any) -> str:
        """Start an execution, wait for its end, and return its status."""
        self.start(name, **changed)
        join_threads(PATIENCE + WHOLE)  # seconds: thousands of objects take longer than anything else
        return self.status(name)

    def status(self, name: str) -> str:
        """Return the status of an execution."""
        return str(boto3.client("stepfunctions").describe_execution(executionArn=self.arn(name))["status"])

    def start(self, name: str, **changed: Any) -> None:
        """Start an execution."""
        given = {
            "run": "run",
            "source": {"kind": "BUCKET", "bucket": SOURCE, "prefix": ""},
            "ownership": {"kind": "ONE", "owner": OWNER},
            "maxConcurrency": 16,
            "toleratedFailurePercentage": 100,
            "limit": 100_000_000,
            **changed,
        }
        client = boto3.client("stepfunctions")
        client.start_execution(stateMachineArn=self._machine, name=name, input=json.dumps(given))

    def arn(self, name: str) -> str:
        """Return the ARN of an execution."""
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def stop_after(self, name: str, batches: int) -> None:
        """Let an operator stop an execution after so many batches."""
        left = count()

        def importing(event: dict[str, Any], context: Any) -> dict[str, Any]:
            if next(left) == batches:
                boto3.client("stepfunctions").stop_execution(executionArn=self.arn(name))
            return import_images.handler(event, context)

        self._functions[IMPORT.function] = importing


@pytest.fixture
def run(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> Imports:
    """Give the deployed import pipeline. Its batches share one clock, so that each would be out of time by the others' waits."""
    monkeypatch.setattr(import_images, "BEGINNING", timedelta(days=1000))
    return Imports(processing, monkeypatch)


def lines() -> Iterator[dict[str, Any]]:
    """Yield the lines of all batches."""
    found = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=UPLOADS, Prefix="imports/run/outcomes/")
    for key in [one["Key"] for page in found for one in page.get("Contents", [])]:
        with clients.s3().get_object(Bucket=UPLOADS, Key=key)["Body"] as body:
            yield from (dict(line) for line in import_outcomes.parse(body.read()))


def versions() -> Counter[str]:
    """Return how many versions of each upload there are."""
    pages = clients.s3().get_paginator("list_object_versions").paginate(Bucket=UPLOADS, Prefix="uploads/")
    return Counter(one["Key"] for page in pages for one in page.get("Versions", []))


def test_a_bucket_is_imported_and_processed(run: Imports) -> None:
    """Each picture of the bucket goes through the pipeline to its outcome, and has its name."""
    run.fill(2, encoded(quadrants(), "PNG"))
    assert run.run("first") == "SUCCEEDED"
    found = list(lines())
    assert [(line["key"], line["outcome"]) for line in found] == [("00000.png", "COPIED"), ("00001.png", "COPIED")]
    for line in found:
        record: Any = read_record(TABLE, line["imageId"])
        assert (record["status"], record["owner"], record["validation"]["filename"]) == (
            "SUCCEEDED",
            OWNER,
            line["key"],
        )


@pytest.mark.parametrize("changed", [{"limit": 3}, {"limit": 1}])
def test_limit_of_a_run(run: Imports, monkeypatch: pytest.MonkeyPatch, changed: dict[str, int]) -> None:
    """No more objects are imported than the input allows."""
    _record_starts(monkeypatch)
    run.fill(5)
    run.run("limited", **changed)
    assert len(list(lines())) == changed["limit"]


def test_a_list_is_imported(run: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of a list are imported for the owners that it names."""
    _record_starts(monkeypatch)
    run.fill(3)
    clients.s3().put_object(
        Bucket=UPLOADS, Key="imports/run/keys.csv", Body=b'"00002.png","","anna"\n"gone.png","","ben"\n'
    )
    source = {"kind": "LIST", "bucket": SOURCE, "list": {"bucket": UPLOADS, "key": "imports/run/keys.csv"}}
    assert run.run("list", source=source, ownership={"kind": "LIST"}) == "SUCCEEDED"
    assert {(line["key"], line["owner"], line["outcome"]) for line in lines()} == {
        ("00002.png", "anna", "COPIED"),
        ("gone.png", "ben", "SKIPPED"),
    }


def test_two_runs_at_once_import_nothing_twice(run: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of the same prefix at the same time, whose functions run in threads, make one upload and one start of each object."""
    started = _record_starts(monkeypatch)
    run.fill(TWICE)
    for name in ("one", "other"):
        run.start(name, run=name)
    join_threads()
    assert {run.status(name) for name in ("one", "other")} == {"SUCCEEDED"}
    assert sorted(versions().values()) == [1] * TWICE
    assert len(started) == TWICE


def test_runs_that_are_killed_lose_and_repeat_nothing(run: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are stopped, whose functions die before and after they import an object: each object ends exactly once."""
    seed = Random().randrange(10**6)  # noqa: S311 - it is printed, and repeats the test
    print(f"seed {seed}")
    started = _record_starts(monkeypatch)
    random = Random(seed)  # noqa: S311 - as above
    run.fill(WHOLE)
    with monkeypatch.context() as dying:
        _die_at_random(dying, random)
        for number in range(KILLS):
            run.stop_after(f"killed-{number}", random.randrange(WHOLE // BATCH_SIZE))
            run.run(f"killed-{number}")
    run.stop_after("", -1)
    assert run.run("last") == "SUCCEEDED"
    ended = {line["key"]: line["imageId"] for line in lines() if line["outcome"] in DONE}
    assert len(ended) == len(set(ended.values())) == WHOLE
    assert versions() == {f"uploads/{OWNER}/{image_id}": 1 for image_id in ended.values()}
    assert {executions.image_id(name) for name in started} == set(ended.values())
    assert len(started) == WHOLE


def _record_starts(patch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of the executions that are started from now on; none of them runs."""
    started: set[str] = set()
    patch.setattr(executions, "start", lambda image, _: started.add(executions.name(image)))
    return started


def _die_at_random(patch: pytest.MonkeyPatch, random: Random) -> None:
    """Let functions die now and then, before or after they have imported an object."""
    real = imports.import_object

    def dying(*arguments: Any) -> Any:
        moment = random.random()
        if moment < 0.03:
            raise KilledError
        done = real(*arguments)
        if moment > 0.97:
            raise KilledError
        return done

    patch.setattr(imports, "import_object", dying)
