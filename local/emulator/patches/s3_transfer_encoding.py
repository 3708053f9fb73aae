"""An upload with a pre-signed URL is not sent in chunks of HTTP.

AWS: S3 answers 501 NotImplemented to a request with Transfer-Encoding, "A header you provided implies functionality that is
not implemented", and names the header; also if it has a Content-Length.
(Answers of AWS are quoted in https://github.com/Automattic/knox/issues/43 and https://github.com/aws/aws-sdk-js/issues/1237)

ministack: The body is stored, and the size in the signature counts for nothing.

Patched: It is refused. Which of two errors AWS reports of a request that has also expired was not seen; here it is the expiry.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch


def is_sent_in_chunks(headers: dict[str, str]) -> bool:
    """Return whether a request says that its body is in another form than its bytes."""
    return any(name.lower() == "transfer-encoding" for name in headers)


PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_verify_presigned_sigv4",
        found="canonical_request = build_canonical_request(",
        replacement="""if is_sent_in_chunks(headers):
        text = "A header you provided implies functionality that is not implemented"
        return _error("NotImplemented", text, 501, path, {"Header": "Transfer-Encoding"})
    canonical_request = build_canonical_request(""",
        helpers=(is_sent_in_chunks,),
    ),
)
