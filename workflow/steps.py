"""The steps that functions perform: the state, function, contracts and time limit of each, stated once."""

from dataclasses import dataclass

from workflow import contracts


@dataclass(frozen=True)
class Step:
    """One Lambda-backed state of the pipeline."""

    state: str  # name in the graph
    function: str  # logical ID in the template
    contract: str  # stem of its two contracts
    timeout: int  # seconds the function may run

    @property
    def takes(self) -> list[str]:
        """The fields of its input contract, with the optional ones, which executions of older versions lack."""
        return list(contracts.resolved(f"{self.contract}.input")["properties"])

    @property
    def gives(self) -> list[str]:
        """The required fields of its output contract."""
        return list(contracts.resolved(f"{self.contract}.output")["required"])


VALIDATE = Step("ValidateImage", "ValidateFunction", "validate-image", timeout=30)
METADATA = Step("ExtractMetadata", "MetadataFunction", "extract-metadata", timeout=30)
RESIZE = Step("ResizeImage", "ResizeFunction", "resize-image", timeout=60)
THUMBNAIL = Step("GenerateThumbnail", "ThumbnailFunction", "generate-thumbnail", timeout=60)
ARCHIVE = Step("ArchiveImage", "ArchiveFunction", "archive-image", timeout=60)

STEPS = (VALIDATE, METADATA, RESIZE, THUMBNAIL, ARCHIVE)

# The step of the import pipeline. It is in a state for each kind of source.
BATCH_SIZE = (
    20  # objects in a batch: an image takes about two seconds, and two attempts have to fit an EXPRESS execution
)
IMPORT = Step("ImportImages", "ImportFunction", "import-images", timeout=120)

# The step of the audit pipeline. 131,072 bytes hold about 430 rows of an inventory: the bytes bound a batch, and not this number.
AUDIT_BATCH_SIZE = 500
AUDIT = Step("AuditUploads", "AuditFunction", "audit-uploads", timeout=60)
