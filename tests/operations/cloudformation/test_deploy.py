"""Deploying: what is uploaded, what counts as a change, and how errors are reported."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from operations.cloudformation import deploy as deployment
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.target import Target
from operations.command_line import main
from operations.errors import OperationError
from templates import packaging
from tests.operations.cloudformation.small_stack import BUCKET, STACK, display_names, template

pytestmark = pytest.mark.usefixtures("small_stack")


def _keys(target: Target) -> set[str]:
    return {entry["Key"] for entry in target.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


def _deploy(target: Target, folder: Path) -> dict[str, str]:
    return deploy(target, STACK, folder, Options())


def test_missing_zips_are_uploaded(target: Target, tmp_path: Path) -> None:
    """Code and layers are in the bucket afterwards, under the keys that the template names."""
    _deploy(target, tmp_path / "build")
    assert {packaging.code_key(), *(layer.key for layer in packaging.LAYERS)} <= _keys(target)
    uploaded = target.s3.get_object(Bucket=BUCKET, Key=packaging.code_key())["Body"].read()
    assert uploaded == (tmp_path / "build" / packaging.code_key()).read_bytes()


@pytest.fixture
def heif_layer(monkeypatch: pytest.MonkeyPatch) -> str:
    """Deploy a layer that one format needs, under a template with the list of formats; return the layer's key."""
    layer = replace(next(iter(packaging.LAYERS)), format="HEIF")
    monkeypatch.setattr(packaging, "LAYERS", (layer,))
    monkeypatch.setattr(deployment, "render", lambda: template(EnabledFormats="JPEG,HEIF"))
    return layer.key


def test_layer_of_a_format_is_uploaded_by_default(target: Target, tmp_path: Path, heif_layer: str) -> None:
    """Without the parameter, the layers of all formats are made."""
    _deploy(target, tmp_path)
    assert heif_layer in _keys(target)


def test_layer_of_a_format_that_is_off_is_not_made(target: Target, tmp_path: Path, heif_layer: str) -> None:
    """One parameter decides: neither that deployment nor one that keeps its value makes the layer; a third switches it on."""
    deploy(target, STACK, tmp_path, Options(parameters={"EnabledFormats": "JPEG"}))
    _deploy(target, tmp_path)
    assert heif_layer not in _keys(target)
    deploy(target, STACK, tmp_path, Options(parameters={"EnabledFormats": "HEIF,JPEG"}))
    assert heif_layer in _keys(target)


def test_nothing_is_uploaded_twice(target: Target, tmp_path: Path) -> None:
    """A second deployment writes no zip, since a key is a digest of the content."""
    _deploy(target, tmp_path / "first")
    before = _keys(target)
    _deploy(target, tmp_path / "second")
    assert not (tmp_path / "second").exists()
    assert _keys(target) == before


def test_artifact_bucket_is_a_parameter(target: Target, tmp_path: Path) -> None:
    """The template's one parameter without a default is set to the bucket that holds the zips."""
    _deploy(target, tmp_path)
    assert display_names() == [f"first {BUCKET}"]


def test_same_template_is_no_error(target: Target, tmp_path: Path) -> None:
    """The same template again leaves the stack as it is."""
    _deploy(target, tmp_path)
    before = target.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    _deploy(target, tmp_path)
    assert target.cloudformation.describe_stacks(StackName=STACK)["Stacks"] == before


def test_changed_template_updates_the_stack(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another template changes the resources of the existing stack."""
    _deploy(target, tmp_path)
    monkeypatch.setattr(deployment, "render", lambda: template("second"))
    _deploy(target, tmp_path)
    assert display_names() == [f"second {BUCKET}"]


def test_bucket_that_may_not_be_read_is_an_error(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If reading the bucket is denied, the error is raised, and not taken for a missing zip."""

    def refuse(**_: str) -> NoReturn:
        raise ClientError({"Error": {"Code": "403"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "HeadObject")  # type: ignore[typeddict-item]  # an answer has more

    monkeypatch.setattr(target.s3, "head_object", refuse)
    with pytest.raises(ClientError, match="403"):
        _deploy(target, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_stack_that_may_not_be_read_is_an_error(target: Target, tmp_path: Path) -> None:
    """If reading the stack is denied, the error is raised, and not taken for a missing stack."""
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_client_error("describe_stacks", "AccessDenied", "no", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            _deploy(target, tmp_path)


@pytest.mark.usefixtures("target")
def test_command_line_says_that_there_is_nothing_to_change(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same deployment again asks for nothing, and says in place of the changes that there are none."""
    assert main([*arguments, "--yes"]) == 0
    capsys.readouterr()
    assert main(arguments) == 0
    assert f"Stack {STACK} is up to date: there is nothing to change.\n" in capsys.readouterr().out


@pytest.mark.usefixtures("target")
def test_command_line_shows_changes_and_outputs(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`operations deploy --yes` prints a line for each change and for each output, in order, and exits with 0."""
    monkeypatch.setattr(deployment, "outputs", lambda _, stack: {"Second": "2", "First": stack})
    assert main([*arguments, "--yes"]) == 0
    changes = f"Changes to stack {STACK}:\nAdd\tTopic\tAWS::SNS::Topic\n"
    assert capsys.readouterr().out == f"{changes}First\t{STACK}\nSecond\t2\n"


def test_invalid_template_is_reported_before_zips_are_written(
    target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors that CloudFormation finds in the template are reported before any zip is written."""
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_client_error("describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist")
        cloudformation.add_client_error("validate_template", "ValidationError", "Template format error: no such type")
        with pytest.raises(OperationError, match=r"^CloudFormation refuses the template: Template format error"):
            _deploy(target, tmp_path / "build")
    assert not (tmp_path / "build").exists()
    assert capsys.readouterr().out == ""


def test_template_that_aws_would_refuse_is_not_deployed(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that an emulator would accept and AWS not is refused before anything is uploaded."""
    monkeypatch.setattr(deployment, "render", lambda: template(Quality=None))
    with pytest.raises(OperationError, match=r": \$\.Parameters\.Quality\.Default: null is not allowed"):
        _deploy(target, tmp_path)
    assert "Contents" not in target.s3.list_objects_v2(Bucket=BUCKET)


def test_values_that_aws_would_refuse_are_not_deployed(target: Target, tmp_path: Path) -> None:
    """The stack's name, parameters and tags are checked against AWS's limits too."""
    with pytest.raises(OperationError, match="the tag Team: 257 characters, and the maximum is 256"):
        deploy(target, STACK, tmp_path, Options(tags={"Team": "x" * 257}))
    assert "Contents" not in target.s3.list_objects_v2(Bucket=BUCKET)


def test_template_is_uploaded_to_s3(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request holds the template, for which CloudFormation has a limit of 51,200 bytes; each has its URL in S3."""
    large = json.dumps({**json.loads(template()), "Metadata": {"Filling": "x" * 51_200}})
    monkeypatch.setattr(deployment, "render", lambda: large)
    sent: dict[str, Any] = {}
    events = target.cloudformation.meta.events
    events.register(
        "provide-client-params.cloudformation", lambda params, model, **_: sent.update({model.name: params})
    )
    _deploy(target, tmp_path)
    asked = {name: params for name, params in sent.items() if name in {"ValidateTemplate", "CreateChangeSet"}}
    assert {"TemplateBody" in params for params in asked.values()} == {False}
    assert len(asked) == 2
    for params in asked.values():
        key = params["TemplateURL"].partition(f"/{BUCKET}/")[2]
        assert target.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() == large


def test_command_line_prints_errors_on_a_line(
    target: Target, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of AWS is printed on standard error with exit code 1, without a traceback."""
    target.s3.delete_bucket(Bucket=BUCKET)
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("operations deploy: ")


@pytest.mark.usefixtures("target")
def test_missing_region_is_reported(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """If no region is configured, one line says so, without a traceback."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert main(arguments) == 1
    assert "region" in capsys.readouterr().err


def test_parameters_keep_their_values(target: Target, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """A parameter keeps its value when the stack is deployed again, unless another value is named."""
    monkeypatch.setattr(deployment, "render", lambda: template(Quality="82"))
    main([*arguments, "--yes", "--parameter", "Quality=50"])
    monkeypatch.setattr(deployment, "render", lambda: template("second", Quality="82"))
    main([*arguments, "--yes"])
    (found,) = target.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert {one["ParameterKey"]: one["ParameterValue"] for one in found["Parameters"]}["Quality"] == "50"
