"""Types of the payloads, generated from the contracts by `python -m workflow.payload_types`: do not edit."""

from typing import NotRequired, TypedDict


class ApiError(TypedDict):
    """The contract `api-error`."""

    type: str
    title: str
    status: NotRequired[int]
    detail: str
    reason: str
    field: NotRequired[str]


class Original(TypedDict):
    """`original` of the contract `common`."""

    bucket: str
    key: str
    filename: str
    focus: NotRequired[str]
    run: str


class Image(TypedDict):
    """`image` of the contract `common`."""

    imageId: str
    owner: str
    bucket: str
    key: str
    versionId: str
    attempt: NotRequired[int]
    original: NotRequired[Original]


class ArchiveImageInputValidation(TypedDict):
    """`validation` of ArchiveImageInput."""

    format: str
    contentType: str


class ArchiveImageInputRenditionsResizedSmallerItem(TypedDict):
    """`smaller` of ArchiveImageInputRenditionsResized."""

    key: str
    contentType: str
    format: str
    width: int
    height: int


class StagedVariant(TypedDict):
    """`stagedVariant` of the contract `common`."""

    name: str
    format: str
    width: int
    height: int


class ArchiveImageInputRenditionsResized(TypedDict):
    """`resized` of ArchiveImageInputRenditions."""

    key: str
    contentType: str
    format: str
    width: int
    height: int
    smaller: list[ArchiveImageInputRenditionsResizedSmallerItem]
    variants: NotRequired[list[StagedVariant]]


class ArchiveImageInputRenditionsThumbnail(TypedDict):
    """`thumbnail` of ArchiveImageInputRenditions."""

    key: str
    contentType: str
    format: str
    width: int
    height: int
    variants: NotRequired[list[StagedVariant]]


class ArchiveImageInputRenditions(TypedDict):
    """`renditions` of ArchiveImageInput."""

    resized: ArchiveImageInputRenditionsResized
    thumbnail: ArchiveImageInputRenditionsThumbnail


class ArchiveImageInput(TypedDict):
    """The contract `archive-image.input`."""

    image: Image
    execution: str
    validation: ArchiveImageInputValidation
    renditions: ArchiveImageInputRenditions


class ArchivedObject(TypedDict):
    """`archivedObject` of the contract `common`."""

    key: str
    contentType: str
    size: int


class ArchivedRendition(TypedDict):
    """`archivedRendition` of the contract `common`."""

    kind: str
    format: str
    width: int
    height: int
    bytes: int
    key: str


class ArchiveImageOutput(TypedDict):
    """The contract `archive-image.output`."""

    bucket: str
    original: ArchivedObject
    resized: ArchivedObject
    smaller: list[ArchivedObject]
    thumbnail: ArchivedObject
    renditions: list[ArchivedRendition]


class AuditInput(TypedDict):
    """The contract `audit-input`."""

    key: str
    maxConcurrency: int


class AuditUploadsInputItemsItem(TypedDict):
    """`items` of AuditUploadsInput."""

    Bucket: NotRequired[str]
    Key: NotRequired[str]
    VersionId: NotRequired[str]
    IsLatest: NotRequired[str]
    IsDeleteMarker: NotRequired[str]
    Size: NotRequired[str]
    LastModifiedDate: NotRequired[str]


class AuditUploadsInput(TypedDict):
    """The contract `audit-uploads.input`."""

    items: list[AuditUploadsInputItemsItem]


class AuditUploadsOutput(TypedDict):
    """The contract `audit-uploads.output`."""

    uploads: int
    missing: int
    unindexed: int
    undeleted: int


class CaughtError1(TypedDict):
    """The contract `caught-error`."""

    Error: str
    Cause: str


class CaughtError2(TypedDict):
    """The contract `caught-error`."""

    Error: str
    Cause: NotRequired[str]


class DeletionNotification(TypedDict):
    """The contract `deletion-notification`."""

    status: str
    notificationId: str
    imageId: str
    owner: str
    at: str


class ExecutionEndedDetail(TypedDict):
    """`detail` of ExecutionEnded."""

    executionArn: str
    name: str
    status: str
    input: str


ExecutionEnded = TypedDict(  # The contract `execution-ended`.
    "ExecutionEnded",
    {
        "source": str,
        "detail-type": str,
        "detail": ExecutionEndedDetail,
    },
)


class ExtractMetadataInput(TypedDict):
    """The contract `extract-metadata.input`."""

    image: Image
    execution: str


class ExtractMetadataOutputProperties(TypedDict):
    """`properties` of ExtractMetadataOutput."""

    format: str
    width: int
    height: int
    mode: str
    bitDepth: NotRequired[int]
    alpha: bool
    frames: int
    size: int
    sha256: str
    dpi: NotRequired[float]
    iccProfile: NotRequired[str]
    iccBroken: NotRequired[bool]
    colorPrimaries: NotRequired[str]
    transferFunction: NotRequired[str]
    provenance: NotRequired[str]
    hdrGainMap: NotRequired[bool]


class ExtractMetadataOutputCameraGps(TypedDict):
    """`gps` of ExtractMetadataOutputCamera."""

    latitude: float
    longitude: float
    altitude: NotRequired[float]


class ExtractMetadataOutputCamera(TypedDict):
    """`camera` of ExtractMetadataOutput."""

    make: NotRequired[str]
    model: NotRequired[str]
    lens: NotRequired[str]
    software: NotRequired[str]
    takenAt: NotRequired[str]
    exposureSeconds: NotRequired[float]
    fNumber: NotRequired[float]
    iso: NotRequired[int]
    focalLengthMm: NotRequired[float]
    flash: NotRequired[bool]
    orientation: NotRequired[int]
    gps: NotRequired[ExtractMetadataOutputCameraGps]


class ExtractMetadataOutputAbout(TypedDict):
    """`about` of ExtractMetadataOutput."""

    title: NotRequired[str]
    description: NotRequired[str]
    keywords: NotRequired[list[str]]
    artist: NotRequired[str]
    copyright: NotRequired[str]
    headline: NotRequired[str]
    source: NotRequired[str]
    authorTitle: NotRequired[str]
    city: NotRequired[str]
    state: NotRequired[str]
    country: NotRequired[str]
    instructions: NotRequired[str]
    dateCreated: NotRequired[str]
    credit: NotRequired[str]
    usageTerms: NotRequired[str]
    digitalSourceType: NotRequired[str]
    cut: NotRequired[list[str]]


class ExtractMetadataOutputAppearance(TypedDict):
    """`appearance` of ExtractMetadataOutput."""

    dominantColor: NotRequired[str]
    blurHash: str
    perceptualHash: str


class ExtractMetadataOutput(TypedDict):
    """The contract `extract-metadata.output`."""

    properties: ExtractMetadataOutputProperties
    camera: ExtractMetadataOutputCamera
    about: ExtractMetadataOutputAbout
    appearance: ExtractMetadataOutputAppearance


class FailureNotification(TypedDict):
    """The contract `failure-notification`."""

    status: str
    notificationId: str
    imageId: str
    owner: str
    at: str
    failedIn: str
    reason: str
    message: str


class Authorship(TypedDict):
    """`authorship` of the contract `common`."""

    artist: NotRequired[str]
    copyright: NotRequired[str]
    credit: NotRequired[str]
    usageTerms: NotRequired[str]
    digitalSourceType: NotRequired[str]


class GenerateThumbnailInput(TypedDict):
    """The contract `generate-thumbnail.input`."""

    image: Image
    execution: str
    about: NotRequired[Authorship]


class GenerateThumbnailOutputVariantsItem(TypedDict):
    """`variants` of GenerateThumbnailOutput."""

    name: str
    format: str
    width: int
    height: int
    size: int


class GenerateThumbnailOutput(TypedDict):
    """The contract `generate-thumbnail.output`."""

    key: str
    format: str
    contentType: str
    width: int
    height: int
    size: int
    variants: list[GenerateThumbnailOutputVariantsItem]


class ImageDeletionRequest(TypedDict):
    """The contract `image-deletion.request`."""

    imageId: str


class ImageListRequest(TypedDict):
    """The contract `image-list.request`."""

    limit: NotRequired[int]
    cursor: NotRequired[str]
    status: NotRequired[str]


class ImageListResponseImagesItemAppearance(TypedDict):
    """`appearance` of ImageListResponseImagesItem."""

    dominantColor: NotRequired[str]
    blurHash: str
    perceptualHash: str


class SignedImage(TypedDict):
    """`signedImage` of the contract `common`."""

    contentType: str
    width: int
    height: int
    size: int
    url: str


class ImageListResponseImagesItem(TypedDict):
    """`images` of ImageListResponse."""

    imageId: str
    status: str
    createdAt: str
    finishedAt: NotRequired[str]
    filename: NotRequired[str]
    reason: NotRequired[str]
    message: NotRequired[str]
    appearance: NotRequired[ImageListResponseImagesItemAppearance]
    thumbnail: NotRequired[SignedImage]


class ImageListResponse(TypedDict):
    """The contract `image-list.response`."""

    images: list[ImageListResponseImagesItem]
    cursor: NotRequired[str]
    urlsExpireAt: str


class ImageStatusRequest(TypedDict):
    """The contract `image-status.request`."""

    imageId: str
    download: NotRequired[str]


class ImageStatusResponseAnnounced(TypedDict):
    """`announced` of ImageStatusResponse."""

    filename: str
    contentType: str
    size: int
    expiresAt: str


class ImageInGlacier(TypedDict):
    """`imageInGlacier` of the contract `common`."""

    contentType: str
    width: int
    height: int
    size: int
    storageClass: str


class SignedRendition(TypedDict):
    """`signedRendition` of the contract `common`."""

    kind: str
    format: str
    contentType: str
    width: int
    height: int
    bytes: int
    key: str
    url: str


class PictureSourcesItem(TypedDict):
    """`sources` of Picture."""

    type: str
    srcset: str


class Picture(TypedDict):
    """`picture` of the contract `common`."""

    name: str
    width: int
    height: int
    src: str
    sources: list[PictureSourcesItem]


class ImageStatusResponseRenditions(TypedDict):
    """`renditions` of ImageStatusResponse."""

    original: SignedImage | ImageInGlacier
    resized: SignedImage
    smaller: list[SignedImage]
    thumbnail: SignedImage
    images: list[SignedRendition]
    pictures: list[Picture]


class ImageStatusResponse(TypedDict):
    """The contract `image-status.response`."""

    imageId: str
    status: str
    createdAt: NotRequired[str]
    updatedAt: str
    finishedAt: NotRequired[str]
    steps: dict[str, str]
    filename: NotRequired[str]
    announced: NotRequired[ImageStatusResponseAnnounced]
    reason: NotRequired[str]
    message: NotRequired[str]
    metadata: NotRequired[ExtractMetadataOutput]
    renditions: NotRequired[ImageStatusResponseRenditions]
    urlsExpireAt: NotRequired[str]


class ImportImagesInputOwnership(TypedDict):
    """`ownership` of ImportImagesInput."""

    kind: str
    owner: NotRequired[str]
    prefix: NotRequired[str]


class ImportImagesInputItemsItemEntry(TypedDict):
    """`entry` of ImportImagesInputItemsItem."""

    Key: NotRequired[str]
    VersionId: NotRequired[str]
    IsLatest: NotRequired[str]
    IsDeleteMarker: NotRequired[str]
    ETag: NotRequired[str]


class ImportImagesInputItemsItem(TypedDict):
    """`items` of ImportImagesInput."""

    key: NotRequired[str]
    etag: NotRequired[str]
    version: NotRequired[str]
    owner: NotRequired[str]
    entry: NotRequired[ImportImagesInputItemsItemEntry]


class ImportImagesInput(TypedDict):
    """The contract `import-images.input`."""

    run: str
    bucket: str
    ownership: ImportImagesInputOwnership
    items: list[ImportImagesInputItemsItem]


class ImportImagesOutput(TypedDict):
    """The contract `import-images.output`."""

    copied: int
    started: int
    alreadyImported: int
    skipped: int
    outcomes: str


class ImportInputSource1(TypedDict):
    """`source` of ImportInput."""

    kind: str
    bucket: str
    prefix: str


class ImportInputSource2List(TypedDict):
    """`list` of ImportInputSource2."""

    bucket: str
    key: str


class ImportInputSource2(TypedDict):
    """`source` of ImportInput."""

    kind: str
    bucket: str
    list: ImportInputSource2List


class ImportInputSource3List(TypedDict):
    """`list` of ImportInputSource3."""

    bucket: str
    key: str


class ImportInputSource3(TypedDict):
    """`source` of ImportInput."""

    kind: str
    bucket: str
    list: ImportInputSource3List


class ImportInputOwnership(TypedDict):
    """`ownership` of ImportInput."""

    kind: str
    owner: NotRequired[str]
    prefix: NotRequired[str]


class ImportInput(TypedDict):
    """The contract `import-input`."""

    run: str
    source: ImportInputSource1 | ImportInputSource2 | ImportInputSource3
    ownership: ImportInputOwnership
    maxConcurrency: int
    toleratedFailurePercentage: int
    limit: int


class MetadataRecordSteps(TypedDict):
    """`steps` of MetadataRecord."""

    ValidateImage: NotRequired[str]
    ExtractMetadata: NotRequired[str]
    ResizeImage: NotRequired[str]
    GenerateThumbnail: NotRequired[str]
    ArchiveImage: NotRequired[str]


class MetadataRecordAnnounced(TypedDict):
    """`announced` of MetadataRecord."""

    filename: str
    contentType: str
    size: int
    expiresAt: str


class ValidateImageOutput(TypedDict):
    """The contract `validate-image.output`."""

    filename: str
    format: str
    contentType: str
    width: int
    height: int
    frames: int
    size: int
    focus: NotRequired[str]


class Rendition(TypedDict):
    """`rendition` of the contract `common`."""

    format: str
    contentType: str
    width: int
    height: int
    size: int


class MetadataRecordResized(TypedDict):
    """`resized` of MetadataRecord."""

    format: str
    contentType: str
    width: int
    height: int
    size: int
    smaller: list[Rendition]


class Archive(TypedDict):
    """`archive` of the contract `common`."""

    bucket: str
    original: ArchivedObject
    resized: ArchivedObject
    smaller: list[ArchivedObject]
    thumbnail: ArchivedObject
    renditions: NotRequired[list[ArchivedRendition]]


class MetadataRecord(TypedDict):
    """The contract `metadata-record`."""

    imageId: str
    owner: str
    deletedBy: NotRequired[str]
    status: str
    bucket: str
    key: str
    versionId: str
    attempt: NotRequired[int]
    execution: str
    updatedAt: str
    createdAt: NotRequired[str]
    finishedAt: NotRequired[str]
    notifiedAt: NotRequired[str]
    clearedAt: NotRequired[str]
    openShard: NotRequired[str]
    openSince: NotRequired[str]
    expiresAt: NotRequired[int]
    earlier: NotRequired[list[str]]
    rerender: NotRequired[str]
    superseded: NotRequired[list[str]]
    steps: NotRequired[MetadataRecordSteps]
    filename: NotRequired[str]
    announced: NotRequired[MetadataRecordAnnounced]
    validation: NotRequired[ValidateImageOutput]
    metadata: NotRequired[ExtractMetadataOutput]
    resized: NotRequired[MetadataRecordResized]
    thumbnail: NotRequired[Rendition]
    archive: NotRequired[Archive]
    failedIn: NotRequired[str]
    reason: NotRequired[str]
    message: NotRequired[str]
    error: NotRequired[str]


class ObjectCreatedDetailBucket(TypedDict):
    """`bucket` of ObjectCreatedDetail."""

    name: str


ObjectCreatedDetailObject = TypedDict(  # `object` of ObjectCreatedDetail.
    "ObjectCreatedDetailObject",
    {
        "key": str,
        "size": int,
        "version-id": str,
        "sequencer": str,
    },
)


class ObjectCreatedDetail(TypedDict):
    """`detail` of ObjectCreated."""

    bucket: ObjectCreatedDetailBucket
    object: ObjectCreatedDetailObject


ObjectCreated = TypedDict(  # The contract `object-created`.
    "ObjectCreated",
    {
        "source": str,
        "detail-type": str,
        "time": str,
        "detail": ObjectCreatedDetail,
    },
)


class ResizeImageOutputSmallerItem(TypedDict):
    """`smaller` of ResizeImageOutput."""

    key: str
    format: str
    contentType: str
    width: int
    height: int
    size: int


class ResizeImageOutputVariantsItem(TypedDict):
    """`variants` of ResizeImageOutput."""

    name: str
    format: str
    width: int
    height: int
    size: int


class ResizeImageOutput(TypedDict):
    """The contract `resize-image.output`."""

    key: str
    format: str
    contentType: str
    width: int
    height: int
    size: int
    smaller: list[ResizeImageOutputSmallerItem]
    variants: list[ResizeImageOutputVariantsItem]


class ParallelProcessingOutput(TypedDict):
    """The contract `parallel-processing.output`."""

    resized: ResizeImageOutput
    thumbnail: GenerateThumbnailOutput


class PipelineInputImageOriginal(TypedDict):
    """`original` of PipelineInputImage."""

    bucket: str
    key: str
    filename: str
    focus: NotRequired[str]
    run: str


class PipelineInputImage(TypedDict):
    """`image` of PipelineInput."""

    imageId: str
    owner: str
    bucket: str
    key: str
    versionId: str
    attempt: NotRequired[int]
    size: int
    sequencer: NotRequired[str]
    uploadedAt: str
    original: NotRequired[PipelineInputImageOriginal]


class PipelineInput(TypedDict):
    """The contract `pipeline-input`."""

    image: PipelineInputImage


class Rejection(TypedDict):
    """The contract `rejection`."""

    reason: str
    message: str


class RejectionNotification(TypedDict):
    """The contract `rejection-notification`."""

    status: str
    notificationId: str
    imageId: str
    owner: str
    at: str
    reason: str
    message: str


class ResizeImageInput(TypedDict):
    """The contract `resize-image.input`."""

    image: Image
    execution: str
    about: NotRequired[Authorship]


class SuccessNotification(TypedDict):
    """The contract `success-notification`."""

    status: str
    notificationId: str
    imageId: str
    owner: str
    at: str
    filename: str
    format: str
    width: int
    height: int
    archive: Archive


class UploadUrlRequest(TypedDict):
    """The contract `upload-url.request`."""

    filename: str
    contentType: str
    size: int
    sha256: NotRequired[str]
    focus: NotRequired[str]


class UploadUrlResponse(TypedDict):
    """The contract `upload-url.response`."""

    imageId: str
    key: str
    uploadUrl: str
    method: str
    headers: dict[str, str]
    expiresAt: str


class ValidateImageInput(TypedDict):
    """The contract `validate-image.input`."""

    image: Image
    execution: str
