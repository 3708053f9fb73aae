"""What each function reads from its environment: one frozen class a function, filled by the template."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from workflow.contracts.errors import NotConfigured

VERSION = "VERSION"  # the variable by which each function's log says what is deployed


@dataclass(frozen=True)
class Environment:
    """Variables of a function; the variable's name is the field's in upper case."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the fields from environ; raises NotConfigured naming missing variables, ValueError for a bad number."""
        values = {field: environ.get(field.name.upper()) for field in fields(cls)}
        if missing := [field.name.upper() for field, value in values.items() if value is None]:
            raise NotConfigured(f"{', '.join(missing)} is not set")
        return cls(**{field.name: _typed(field.type, value or "") for field, value in values.items()})


def _typed(kind: object, value: str) -> str | int | tuple[int, ...] | tuple[str, ...]:
    if kind == tuple[int, ...]:
        return tuple(int(part) for part in value.split(","))
    if kind == tuple[str, ...]:
        return tuple(value.split(",")) if value else ()
    return int(value) if kind is int else value


@dataclass(frozen=True)
class GetUploadUrlEnvironment(Environment):
    """Where uploads go, how large they may be, how long a URL is good for, and whose pages may ask for one."""

    upload_bucket: str
    max_bytes: int
    url_expiry_seconds: int
    allowed_origins: tuple[str, ...]  # such as https://example.com; "*" for all


@dataclass(frozen=True)
class StepEnvironment(Environment):
    """What every step needs."""

    metadata_table: str


@dataclass(frozen=True)
class StartEnvironment(StepEnvironment):
    """What starts executions, and what must be known to start each one once."""

    state_machine_arn: str
    workflow_type: str  # STANDARD or EXPRESS
    record_retention_days: int


@dataclass(frozen=True)
class SqsTriggerEnvironment(StartEnvironment):
    """Whose events count."""

    upload_bucket: str


@dataclass(frozen=True)
class SettleEnvironment(StepEnvironment):
    """Where a picture leaves traces, and who is told of its end."""

    upload_bucket: str
    archive_bucket: str
    notification_topic: str  # ARN
    record_retention_days: int


@dataclass(frozen=True)
class SweepEnvironment(SettleEnvironment, StartEnvironment):
    """Where what got lost may be found, and when it counts as lost."""

    dead_letter_queue: str  # URL
    unsettled_after_seconds: int


@dataclass(frozen=True)
class PictureEnvironment(StepEnvironment):
    """What every step that opens a picture needs: the limits that hold before anything is decoded."""

    max_bytes: int
    max_pixels: int
    max_edge: int  # pixels
    max_frames: int


@dataclass(frozen=True)
class ValidateEnvironment(PictureEnvironment):
    """How long the record is kept of a picture that does not succeed."""

    record_retention_days: int


@dataclass(frozen=True)
class ResizeEnvironment(PictureEnvironment):
    """How large and how good the resized images are."""

    resize_edges: tuple[int, ...]  # pixels, the longer edge of each
    quality: int  # 1 to 100


@dataclass(frozen=True)
class ThumbnailEnvironment(PictureEnvironment):
    """How large and how good the thumbnail is."""

    thumbnail_edge: int  # pixels, both edges
    quality: int  # 1 to 100


@dataclass(frozen=True)
class ArchiveEnvironment(StepEnvironment):
    """Where processed pictures are kept."""

    archive_bucket: str
