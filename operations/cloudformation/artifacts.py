"""What a deployment uploads: the template, and the zips of code and layers that the bucket does not hold yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from botocore.exceptions import ClientError

from operations.cloudformation.target import Target, explain_validation_errors
from templates import packaging
from templates.packaging import Layer


@dataclass(frozen=True)
class Packager:
    """How the zips of code and layers are written below a folder; each function returns its zip."""

    write_code: Callable[[Path], Path]
    write_layer: Callable[[Layer, Path], Path]


FOR_LAMBDA = Packager(packaging.write_code, lambda layer, folder: layer.write(folder))


def upload_template(target: Target, template: str) -> str:
    """Upload template and return its URL: a request to CloudFormation holds 51,200 bytes, and the template is larger."""
    body = template.encode()
    key = f"templates/{sha256(body).hexdigest()[:32]}.json"
    target.s3.put_object(Bucket=target.bucket, Key=key, Body=body)
    return f"{target.s3.meta.endpoint_url}/{target.bucket}/{key}"


def validate_template(target: Target, url: str) -> None:
    """Let CloudFormation validate the template at url; raises OperationError with what it finds."""
    with explain_validation_errors("the template"):
        target.cloudformation.validate_template(TemplateURL=url)


def upload_missing(target: Target, folder: Path, packager: Packager, formats: str = "") -> None:
    """Write below folder, and upload, the zips that a stack with formats needs and the bucket does not hold."""
    for path in _missing(target, folder, packager, formats):
        target.s3.upload_file(str(path), target.bucket, path.relative_to(folder).as_posix())


def _missing(target: Target, folder: Path, packager: Packager, formats: str) -> Iterator[Path]:
    """Write and yield the zips that the bucket does not hold; a key is a digest of the content, so one that is there is right."""
    if not _exists(target, packaging.code_key()):
        yield packager.write_code(folder)
    for layer in packaging.needed_layers(formats):
        if not _exists(target, layer.key):
            yield packager.write_layer(layer, folder)


def _exists(target: Target, key: str) -> bool:
    try:
        target.s3.head_object(Bucket=target.bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True
