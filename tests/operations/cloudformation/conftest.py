"""Accounts in moto, one for each test, and a small stack to deploy there."""

from collections.abc import Callable, Iterator
from contextlib import chdir
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.layers import write_installed
from operations.cloudformation import deploy as deployment
from operations.cloudformation.target import Target
from templates import packaging
from templates.packaging import Layer
from tests.fake_aws.account import MOTO, use_session
from tests.operations.cloudformation.small_stack import BUCKET, STACK, template


@pytest.fixture(scope="session")
def rules() -> Callable[..., Any]:
    """Give cfn-lint's rules, read once: moto reads them for each template that it validates."""
    from cfnlint.core import get_rules  # half a second, for the worker that needs it

    return cache(lambda *_: get_rules([], [], []))


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: Callable[..., Any]) -> Iterator[Target]:
    """Give an account in moto with an artifact bucket in it."""
    from moto.cloudformation import models, utils  # half a second, for the worker that needs it

    use_session(monkeypatch, "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("cfnlint.core.get_rules", lambda *_: rules())
    validate = utils.validate_template_cfn_lint

    def validated(template: str) -> Any:
        with chdir(tmp_path):  # moto writes a file of one name where it runs, and other workers may run there too
            return validate(template)

    monkeypatch.setattr(models, "validate_template_cfn_lint", validated)
    with mock_aws(config=MOTO):
        client: Any = boto3.client
        target = Target(client, BUCKET, poll_seconds=0.01)
        target.s3.create_bucket(Bucket=BUCKET)
        yield target


@pytest.fixture
def small_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Deploy a small template and a layer of one small package."""
    lock = tmp_path / "small.lock"
    lock.write_text(f"iniconfig=={version('iniconfig')} \\\n", encoding="utf-8")
    monkeypatch.setattr(packaging, "LAYERS", (Layer("SmallLayer", lock),))
    monkeypatch.setattr(deployment, "render", template)
    monkeypatch.setattr(Layer, "write", write_installed)  # which needs no package index


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Give the arguments of a deployment that is to be asked about."""
    return ["deploy", "--stack", STACK, "--artifacts", BUCKET, "--build", str(tmp_path / "build")]
