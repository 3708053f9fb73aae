"""An emulator that enforces permissions: which requests it denies, and which calls between AWS's services."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.emulator.process import ACCESS_KEY, emulator
from tests.local.account import Account, eventually

ALL_OBJECTS = '{"source": ["aws.s3"]}'


@pytest.fixture(scope="module")
def enforced() -> Iterator[Account]:
    """Run an emulator that enforces permissions."""
    with emulator(enforce=True) as running:
        yield Account(**vars(running))


def test_wrong_secret_is_refused(enforced: Account) -> None:
    """The root's key needs its secret, which is new for each run."""
    own = {"QueueNamePrefix": "of-no-other-test"}
    with pytest.raises(ClientError, match="signature"):
        replace(enforced, secret=ACCESS_KEY).client("sqs").list_queues(**own)
    assert enforced.client("sqs").list_queues(**own).get("QueueUrls", []) == []


def test_anonymous_request_is_denied(enforced: Account) -> None:
    """A request without credentials is denied."""
    enforced.client("s3").create_bucket(Bucket="closed")
    assert enforced.http().request("GET", f"{enforced.endpoint}/closed").status == 403


def test_only_its_certificate_is_trusted(enforced: Account) -> None:
    """A client that does not trust the certificate of this run refuses the connection."""
    with urllib3.PoolManager(retries=False) as http, pytest.raises(urllib3.exceptions.SSLError):
        http.request("GET", enforced.endpoint)


def test_plain_http_gets_no_response(enforced: Account) -> None:
    """Without TLS there is no response."""
    with urllib3.PoolManager(retries=False) as http, pytest.raises(urllib3.exceptions.HTTPError):
        http.request("GET", enforced.endpoint.replace("https", "http"))


def test_rule_needs_the_policy_of_its_target(enforced: Account) -> None:
    """A target queue gets an event only if its policy allows the rule."""
    s3, events = enforced.client("s3"), enforced.client("events")
    s3.create_bucket(Bucket="watched")
    to_events: dict[str, dict[str, str]] = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket="watched", NotificationConfiguration=to_events)
    enforced.client("sqs").create_queue(QueueName="closed")
    closed = enforced.queue("open").replace(":open", ":closed")
    events.put_rule(Name="all", EventPattern=ALL_OBJECTS)
    targets = [{"Id": "1", "Arn": closed}, {"Id": "2", "Arn": enforced.queue("open")}]  # sent to in this order
    events.put_targets(Rule="all", Targets=targets)
    s3.put_object(Bucket="watched", Key="anything", Body=b"")
    eventually(lambda: enforced.received("open"))
    assert enforced.is_empty("closed")
