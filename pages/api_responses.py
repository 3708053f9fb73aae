"""The responses of the API and of S3, and their headers, in words; the key is a status or a pattern of OpenAPI."""

# The responses of every method.
COMMON: dict[int | str, str] = {
    400: "A parameter is missing or invalid.",
    401: "The token is missing or invalid.",
    429: "Too many requests; try again later.",
    "4XX": "Any other request that this API does not accept.",
    "5XX": "The service failed; try again.",
}
# The responses of a method beside those.
RESPONSES: dict[str, dict[int | str, str]] = {
    "getUploadUrl": {
        200: "The upload is granted.",
        429: "Too many requests, or the user has reached a limit of uploads; wait as long as Retry-After says.",
    },
    "listImages": {200: "A page of the caller's images."},
    "deleteImage": {
        202: "The image is deleted. Something of it may be left for a while, such as what a running execution writes.",
        204: "The image is deleted, now or earlier.",
        404: "There is no such image, or it is another user's.",
    },
    "getImage": {
        200: "What is known about the image.",
        304: "Nothing has changed since the response whose ETag is in If-None-Match, and its URLs are valid.",
        404: "There is no such image, or it is another user's.",
    },
}
REQUEST_HEADERS = {"getImage": {"If-None-Match": "The ETag of an earlier response."}}
# The headers of responses, by operation and status.
HEADERS: dict[str, dict[int | str, dict[str, str]]] = {
    "getUploadUrl": {429: {"Retry-After": "Seconds until the next request makes sense."}},
    "getImage": {
        status: {
            "ETag": "Identifies this response.",
            "Retry-After": "Seconds until the next request makes sense; only while the image has no final status.",
        }
        for status in (200, 304)
    },
}
# The responses of S3 to the PUT.
PUT_RESPONSES: dict[int | str, str] = {
    200: "The image is uploaded, and its processing starts.",
    400: "The file does not have the announced checksum; nothing is stored.",
    403: "The length, the type or another header is not as announced, or the URL has expired: request a new one.",
    409: "Another PUT to the same URL is in progress: retry.",
    412: "An image exists already: a URL is valid for one upload. After a lost response, this means success.",
    "5XX": "S3 failed: retry with the same URL.",
}
# The responses that only API Gateway sends, and that no request can provoke.
GATEWAY_ONLY: dict[int | str, str] = {429: "THROTTLED", "4XX": "DEFAULT_4XX", "5XX": "DEFAULT_5XX"}
