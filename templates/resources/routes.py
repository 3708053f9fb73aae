"""The methods of the API: each with its path, function, contracts and impact, from which all else is derived."""

from dataclasses import dataclass

from workflow import contracts


@dataclass(frozen=True)
class Route:
    """One method of the API, which one function answers."""

    operation: str  # its name, such as getImage; the names of its function and of its resources begin with it
    method: str
    path: str  # without a slash at its beginning, such as images/{imageId}
    contract: str  # stem of the contracts of request and response
    summary: str
    failed: str  # what a failure of the function means for users
    throttled: str  # what it means for users if the function does not run

    @property
    def name(self) -> str:
        """The beginning of logical IDs, such as GetImage."""
        return self.operation[0].upper() + self.operation[1:]

    @property
    def function(self) -> str:
        """The logical ID of the function."""
        return f"{self.name}Function"

    @property
    def parameters(self) -> dict[str, bool]:
        """The parameters of the request as API Gateway names them, and whether each is required."""
        request = contracts.schema(f"{self.contract}.request")
        return {f"{self._place(name)}.{name}": name in request["required"] for name in request["properties"]}

    def _place(self, name: str) -> str:
        return f"method.request.{'path' if f'{{{name}}}' in self.path else 'querystring'}"


GET_UPLOAD_URL = Route(
    "getUploadUrl",
    "GET",
    "upload-url",
    "upload-url",
    "Request a URL for the upload of one file.",
    failed="A user did not get an upload URL.",
    throttled="Requests for upload URLs fail.",
)
GET_IMAGE = Route(
    "getImage",
    "GET",
    "images/{imageId}",
    "image-status",
    "Read the status of an image and, if it succeeded, URLs of its renditions.",
    failed="A user did not get the status of an image. Its processing goes on.",
    throttled="Requests for the status of images fail. Their processing goes on.",
)
LIST_IMAGES = Route(
    "listImages",
    "GET",
    "images",
    "image-list",
    "List the caller's images, the newest first.",
    failed="A user did not get the list of images.",
    throttled="Requests for lists of images fail.",
)
DELETE_IMAGE = Route(
    "deleteImage",
    "DELETE",
    "images/{imageId}",
    "image-deletion",
    "Delete an image for good, with everything that was made of it.",
    failed="A user could not delete an image. If its deletion has begun, the sweep completes it.",
    throttled="Requests for the deletion of images fail.",
)
ROUTES = (GET_UPLOAD_URL, GET_IMAGE, LIST_IMAGES, DELETE_IMAGE)
