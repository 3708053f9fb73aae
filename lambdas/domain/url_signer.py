"""S3's signature of a URL, at another time than now. A module of its own, since its import takes as long as a function's others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from datetime import datetime

    from botocore.credentials import Credentials


class _Signer(S3SigV4QueryAuth):
    """Signs at a time of its own; botocore has no public parameter for it (boto/botocore#2647).

    If another version of botocore does not call this method, URLs are signed at the current time. They are valid then, but
    new with each response.
    """

    def __init__(self, credentials: Credentials, region: str, signed_at: datetime, lifetime: int) -> None:
        super().__init__(credentials, "s3", region, lifetime)
        self._signed_at = signed_at

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._signed_at.strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # the stubs lack it


def sign(url: str, credentials: Credentials, region: str, signed_at: datetime, lifetime: int) -> str:
    """Return url, to an object in S3, with a signature that is valid for lifetime seconds after signed_at."""
    request = AWSRequest("GET", url)
    _Signer(credentials, region, signed_at, lifetime).add_auth(request)
    return str(request.url)
