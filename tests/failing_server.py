"""A server in place of the API and S3, on this machine: it gives the answers that a test lists, in their order."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LOST = 0  # the server takes the request and closes the connection
IMAGE = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"
POLL = 0.01  # seconds in which the server notices its shutdown


@dataclass
class FailingServer:
    """What the server knows: its endpoint, the headers of its failures, and the requests that it took."""

    endpoint: str = ""
    retry_after: str | None = "0"
    methods: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)  # of each PUT


@contextmanager
def serve(*answers: int) -> Iterator[FailingServer]:
    """Serve GET /upload-url and PUT; each request takes the next of answers, a status or LOST, and then they are 500."""
    found, coming = FailingServer(), iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = parse_qs(urlsplit(self.path).query)["size"][0]
            headers = {"Content-Length": size, "If-None-Match": "*"}
            url = f"{found.endpoint}/image?X-Amz-Signature=secret"
            self._answer(json.dumps({"imageId": IMAGE, "uploadUrl": url, "method": "PUT", "headers": headers}))

        def do_PUT(self) -> None:
            assert self.headers["If-None-Match"] == "*"
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer("")

        def _answer(self, body: str) -> None:
            found.methods.append(self.command)
            status = next(coming, 500)
            if status == LOST:
                self.close_connection = True
                return
            content = (body if status == 200 else _refusal(status)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if found.retry_after and status != 200:
                self.send_header("Retry-After", found.retry_after)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.endpoint = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[POLL], daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def _refusal(status: int) -> str:
    """Return the body of a failure: that of the API, or for an error of the server a page that is not JSON."""
    return json.dumps({"reason": "INVALID", "detail": "Try another."}) if status < 500 else "<html>busy</html>"
