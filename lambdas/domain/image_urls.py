"""Signed URLs of archived images. They are the same for a while, so that a browser finds the image in its cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from lambdas.domain.archive_class import NEVER_MOVES, ArchiveClass
from lambdas.runtime import clients, clock

# Control characters, line separators, marks that reorder text, halves of surrogate pairs, and what separates folders.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff/\\\\]")
NOT_PLAIN = re.compile('[^ -~]|["%]')  # of what stands in quotes


@dataclass(frozen=True)
class ImageUrls:
    """The URLs of one response."""

    lifetime: int  # seconds
    as_download: bool = False  # whether a browser saves the image instead of showing it
    archive_class: ArchiveClass = NEVER_MOVES

    @property
    def signed_at(self) -> datetime:
        """The time at which all URLs are signed that are requested in the same half of a lifetime."""
        interval = max(1, self.lifetime // 2)
        return datetime.fromtimestamp(int(clock.now().timestamp()) // interval * interval, UTC)

    @property
    def expires_at(self) -> datetime:
        """The time at which the URLs expire, between half a lifetime and a lifetime from now."""
        return datetime.fromtimestamp(self.signed_at.timestamp() + self.lifetime, UTC)

    def url(self, bucket: str, key: str, filename: str) -> str:
        """Return the URL of an object; a browser that saves the image calls the file filename."""
        from lambdas.domain.url_signer import sign

        overrides = {
            "response-cache-control": f"private, max-age={self.lifetime}, immutable",
            "response-content-disposition": content_disposition(filename, as_download=self.as_download),
        }
        # As botocore writes it, which takes twice as long for each URL.
        unsigned = f"{clients.s3_address(bucket)}/{quote(key, safe='/~')}?{urlencode(overrides, quote_via=quote)}"
        region = clients.s3_unsigned().meta.region_name
        return sign(unsigned, clients.credentials(), region, self.signed_at, self.lifetime)


def content_disposition(filename: str, *, as_download: bool) -> str:
    """Return the header as RFC 6266 defines it: the name in UTF-8, and one in ASCII for clients that do not know that form."""
    kind, safe = "attachment" if as_download else "inline", UNSAFE.sub("_", filename)
    return f"{kind}; filename=\"{NOT_PLAIN.sub('_', safe)}\"; filename*=UTF-8''{quote(safe, safe='')}"
