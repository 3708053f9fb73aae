"""The settings of each function: one frozen class per function, filled from environment variables that the template sets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from imaging.formats import parse_formats
from imaging.limits import Limits
from workflow.contracts.errors import NotConfigured

YES = "true"  # of a setting that is on
TONE_MAP, REFUSE = "TONE_MAP", "REFUSE"  # what is done with HDR images
VERSION = "VERSION"  # the variable with the deployed version, which every log line carries


@dataclass(frozen=True)
class Settings:
    """The settings of a function. The variable for a field has the field's name in upper case."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the fields from environ; raises NotConfigured with the missing variables, ValueError for a bad value."""
        values = {field: environ.get(field.name.upper()) for field in fields(cls)}
        if missing := [field.name.upper() for field, value in values.items() if value is None]:
            raise NotConfigured(f"{', '.join(missing)} is not set")
        return cls(**{field.name: _parse(field.type, value or "") for field, value in values.items()})


def _parse(kind: object, value: str) -> str | int | tuple[int, ...] | tuple[str, ...] | frozenset[str]:
    if kind == frozenset[str]:
        return parse_formats(value.split(","))
    if kind == tuple[int, ...]:
        return tuple(int(part) for part in value.split(","))
    if kind == tuple[str, ...]:
        return tuple(value.split(",")) if value else ()
    return int(value) if kind is int else value


@dataclass(frozen=True)
class ApiSettings(Settings):
    """Which origins may use the API."""

    allowed_origins: tuple[str, ...]  # such as https://example.com; "*" for all


@dataclass(frozen=True)
class GetUploadUrlSettings(ApiSettings):
    """Where uploads and their records go, what they may be, and how long a URL is valid."""

    metadata_table: str
    usage_table: str
    upload_bucket: str
    enabled_formats: frozenset[str]
    max_bytes: int
    url_expiry_seconds: int
    max_open_uploads: int  # of a user
    max_uploads_per_day: int  # of a user


@dataclass(frozen=True)
class SignedUrlSettings(ApiSettings):
    """Where records are, and how long the URL of an image is valid at most."""

    metadata_table: str
    image_url_expiry_seconds: int


@dataclass(frozen=True)
class GetImageSettings(SignedUrlSettings):
    """Where archived originals move, and after how many days."""

    archive_storage_class: str
    archive_transition_days: int


@dataclass(frozen=True)
class ListImagesSettings(SignedUrlSettings):
    """What authenticates the cursors."""

    cursor_key: str


@dataclass(frozen=True)
class WebPageSettings(ApiSettings):
    """Where the users of the page sign in, and which other origins it uses; the first two are empty without a page."""

    sign_in_url: str
    client_id: str
    upload_origin: str
    archive_origin: str


@dataclass(frozen=True)
class StepSettings(Settings):
    """What every step needs."""

    metadata_table: str


@dataclass(frozen=True)
class StartSettings(StepSettings):
    """What it takes to start each execution once."""

    state_machine_arn: str
    workflow_type: str  # STANDARD or EXPRESS
    record_retention_days: int


@dataclass(frozen=True)
class SqsTriggerSettings(StartSettings):
    """The bucket whose events start executions."""

    upload_bucket: str


@dataclass(frozen=True)
class ImportSettings(SqsTriggerSettings):
    """What is imported, by name and size; the content decides in the pipeline."""

    enabled_formats: frozenset[str]
    max_bytes: int


@dataclass(frozen=True)
class ImageSettings(StepSettings):
    """Where an image leaves objects, and the topic for what becomes of it."""

    upload_bucket: str
    archive_bucket: str
    notification_topic: str  # ARN


@dataclass(frozen=True)
class DeleteImageSettings(ImageSettings, ApiSettings):
    """What is deleted, and who hears of it."""


@dataclass(frozen=True)
class FinalizeSettings(ImageSettings):
    """How long the record of an image that does not succeed is kept."""

    record_retention_days: int


@dataclass(frozen=True)
class SweepSettings(FinalizeSettings, StartSettings):
    """Where lost images are found, and how long an upload may take before it counts as stalled."""

    dead_letter_queue: str  # URL
    stalled_after_seconds: int
    max_concurrency: int  # images that the trigger processes at the same time
    sweep_index: str  # YES if the table has the index of open records


@dataclass(frozen=True)
class AuditSettings(StepSettings):
    """Whose inventory is read, and which of its uploads the sweep would look at."""

    upload_bucket: str
    record_retention_days: int
    stalled_after_seconds: int


@dataclass(frozen=True)
class ImageStepSettings(StepSettings):
    """What every step that opens an image needs: the limits that are checked before anything is decoded."""

    enabled_formats: frozenset[str]
    max_bytes: int
    max_pixels: int
    max_edge: int  # pixels
    max_frames: int
    hdr: str  # TONE_MAP or REFUSE

    @property
    def limits(self) -> Limits:
        """The limits as imaging takes them."""
        accepts_hdr = self.hdr != REFUSE
        return Limits(self.enabled_formats, self.max_pixels, self.max_edge, self.max_frames, accepts_hdr)


@dataclass(frozen=True)
class ValidateSettings(ImageStepSettings):
    """How long the record of an image that does not succeed is kept."""

    record_retention_days: int


@dataclass(frozen=True)
class RenditionSettings(ImageStepSettings):
    """How renditions are encoded."""

    quality: int  # 1 to 100
    rendition_formats: tuple[str, ...]  # beside the format of the source's family


@dataclass(frozen=True)
class ResizeSettings(RenditionSettings):
    """Sizes of the resized images."""

    resize_edges: tuple[int, ...]  # pixels, the longer edge of each


@dataclass(frozen=True)
class ThumbnailSettings(RenditionSettings):
    """Sizes of the thumbnails."""

    thumbnail_edge: int  # pixels, both edges of the square
    thumbnail_sizes: tuple[str, ...]  # of further thumbnails, such as 640x360

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each thumbnail, pixels: the square, and further ones."""
        further = (size.split("x") for size in self.thumbnail_sizes)
        return [(self.thumbnail_edge,) * 2, *((int(width), int(height)) for width, height in further)]


@dataclass(frozen=True)
class ArchiveSettings(StepSettings):
    """Where processed images are kept."""

    archive_bucket: str
