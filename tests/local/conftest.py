"""Accounts for the tests: one of ministack for each module, one of moto for each test."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local import deploy as deployment
from local.emulator import emulator
from local.target import Target
from templates import assets
from templates.assets import Layer
from tests.local.account import BUCKET, Account
from tests.local.small import STACK, template


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Run an emulator."""
    with emulator() as running:
        yield Account(running.endpoint)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """Give an account in moto with an artifact bucket in it."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client: Any = boto3.client
        target = Target(client, BUCKET, poll_seconds=0.01)
        target.s3.create_bucket(Bucket=BUCKET)
        yield target


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Deploy a small template and a layer of one small package."""
    lock = tmp_path / "small.lock"
    lock.write_text(f"iniconfig=={version('iniconfig')} \\\n", encoding="utf-8")
    monkeypatch.setattr(assets, "LAYERS", (Layer("SmallLayer", lock),))
    monkeypatch.setattr(deployment, "render", template)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Give the arguments of a deployment that is to be asked about."""
    return ["--stack", STACK, "--artifacts", BUCKET, "--build", str(tmp_path / "build"), "--installed-layers"]
