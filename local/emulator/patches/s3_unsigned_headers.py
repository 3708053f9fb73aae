"""A request with a pre-signed URL may have no x-amz-* header that the URL does not sign.

AWS: The host header and all x-amz-* headers of a request have to be signed. Otherwise S3 answers 403 AccessDenied, "There
were headers present in the request which were not signed", with their names in HeadersNotSigned.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
(Answers of AWS are quoted in https://github.com/odysseyscience/react-s3-uploader/issues/110 and, with several names, in
https://github.com/aws/aws-sdk-js/issues/896)

ministack: Unsigned headers, such as an ACL or a redirect, take effect.

Patched: They are refused. Which of two errors AWS reports of a request that has also expired was not seen; here it is the
expiry.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch


def unsigned_headers(headers: dict[str, str], signed: str) -> str:
    """Return the names of the headers that need a signature and have none; signed lists names, with semicolons."""
    known = signed.lower().split(";")
    return ", ".join(
        sorted(name for name in map(str.lower, headers) if name.startswith("x-amz-") and name not in known)
    )


PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_verify_presigned_sigv4",
        found="canonical_request = build_canonical_request(",
        replacement="""if names := unsigned_headers(headers, signed_headers):
        text = "There were headers present in the request which were not signed"
        return _error("AccessDenied", text, 403, path, {"HeadersNotSigned": names})
    canonical_request = build_canonical_request(""",
        helpers=(unsigned_headers,),
    ),
)
