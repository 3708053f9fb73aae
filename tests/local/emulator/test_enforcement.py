"""An emulator that enforces permissions: who is not let in, and what AWS's services may not do for one another."""

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
    """The root's key is good for nothing without its secret, which every run has anew."""
    own = {"QueueNamePrefix": "of-no-other-test"}
    with pytest.raises(ClientError, match="signature"):
        replace(enforced, secret=ACCESS_KEY).client("sqs").list_queues(**own)
    assert enforced.client("sqs").list_queues(**own).get("QueueUrls", []) == []


def test_nobody_is_refused(enforced: Account) -> None:
    """A request without credentials is refused."""
    enforced.client("s3").create_bucket(Bucket="closed")
    assert enforced.http().request("GET", f"{enforced.endpoint}/closed").status == 403


def test_only_its_certificate_is_trusted(enforced: Account) -> None:
    """Whoever does not know the certificate of this very run refuses the connection."""
    with urllib3.PoolManager(retries=False) as http, pytest.raises(urllib3.exceptions.SSLError):
        http.request("GET", enforced.endpoint)


def test_plain_http_is_not_answered(enforced: Account) -> None:
    """Without TLS there is no answer at all."""
    with urllib3.PoolManager(retries=False) as http, pytest.raises(urllib3.exceptions.HTTPError):
        http.request("GET", enforced.endpoint.replace("https", "http"))


def test_rule_sends_only_where_it_may(enforced: Account) -> None:
    """Of a rule's targets only those queues get the event whose policy lets the rule send to them."""
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
