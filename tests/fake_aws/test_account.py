"""The account on moto: one time for functions and services, and a subscriber that receives each notification once."""

from datetime import timedelta
from typing import Any

import pytest

from lambdas.runtime import clients, clock
from tests.fake_aws.account import UPLOAD_BUCKET, Subscriber, create_storage, fake_account
from tests.fake_aws.fake_clock import FakeClock


def test_functions_and_services_have_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects that S3 stores after the clock was advanced have the time of that clock."""
    fake_clock = FakeClock()
    fake_clock.install(monkeypatch)
    with fake_account(monkeypatch):
        create_storage("records")
        before = clock.now()
        fake_clock.advance(hours=1)
        clients.s3().put_object(Bucket=UPLOAD_BUCKET, Key="a", Body=b"")
        modified = clients.s3().head_object(Bucket=UPLOAD_BUCKET, Key="a")["LastModified"]
    assert timedelta(0) <= modified - before - timedelta(hours=1) + timedelta(seconds=1) < timedelta(minutes=1)


def test_accounts_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new account is empty, and clients of the previous account are not reused."""
    with fake_account(monkeypatch):
        create_storage("records")
        first = clients.s3()
    with fake_account(monkeypatch):
        assert clients.s3() is not first
        assert clients.s3().list_buckets()["Buckets"] == []


def test_subscriber_receives_each_notification_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Message and attributes are those that were published."""
    with fake_account(monkeypatch):
        subscriber = Subscriber()
        attributes: Any = {"status": {"DataType": "String", "StringValue": "FAILED"}}
        clients.sns().publish(TopicArn=subscriber.topic, Message='{"a": 1}', MessageAttributes=attributes)
        assert subscriber.receive() == [({"a": 1}, {"status": "FAILED"})]
        assert subscriber.receive() == []
