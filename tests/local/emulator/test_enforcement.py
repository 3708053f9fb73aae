"""An emulator that enforces permissions: which requests it denies, and which calls between AWS's services."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
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


def test_a_policy_may_ask_for_puts_that_replace_nothing(enforced: Account) -> None:
    """A user who may put with If-None-Match only creates an object once, and cannot put without the header."""
    enforced.client("s3").create_bucket(Bucket="once")
    client = _s3_of_user(enforced, "s3:PutObject", "arn:aws:s3:::once/*", {"Null": {"s3:if-none-match": False}})
    put = {"Bucket": "once", "Key": "a", "Body": b"first"}
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(**put)
    client.put_object(**put, IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(**put, IfNoneMatch="*")


def _s3_of_user(account: Account, action: str, resource: str, condition: dict[str, object]) -> Any:
    """Return a client of S3 for a new user, who has one permission."""
    iam = account.client("iam")
    iam.create_user(UserName="one")
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="one", PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName="one")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=account.region)
    return session.client("s3", endpoint_url=account.endpoint, verify=str(account.certificate))


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
