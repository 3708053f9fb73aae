"""The sign-in pages of a user pool as a program uses them: authorization code with PKCE, refresh, revocation."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlsplit

import urllib3

from local.stack import LocalStack, User

HTTP = urllib3.PoolManager(retries=False)
VERIFIER = "v" * 43  # the shortest that RFC 7636 allows


@dataclass(frozen=True)
class SignIn:
    """The sign-in of one client at the user pool domain of a stack."""

    url: str  # of the domain
    client: str
    page: str  # the client's callback

    def authorize(self, **changes: str) -> urllib3.BaseHTTPResponse:
        """Request the sign-in page, with parameters other than those of the web page."""
        digest = sha256(VERIFIER.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.page,
            "scope": "openid email",
            "state": "state",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return HTTP.request("GET", f"{self.url}/oauth2/authorize", fields=query | changes)

    def submit(self, user: User, **changes: str) -> urllib3.BaseHTTPResponse:
        """Fill in the sign-in page, as a browser does."""
        page = self.authorize(**changes).data.decode()
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        fields = {name: unescape(value) for name, value in form.items()}
        fields |= {"username": user.email, "password": user.password}
        return HTTP.request_encode_body("POST", f"{self.url}/login", fields=fields, encode_multipart=False)

    def code(self, user: User) -> str:
        """Sign in, and return the authorization code."""
        location = self.submit(user).headers["Location"]
        return parse_qs(urlsplit(location).query)["code"][0]

    def exchange(self, code: str, **changes: str) -> urllib3.BaseHTTPResponse:
        """Exchange an authorization code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "code": code,
            "redirect_uri": self.page,
            "code_verifier": VERIFIER,
        }
        return self.post("/oauth2/token", form | changes)

    def refresh(self, token: str, **changes: str) -> urllib3.BaseHTTPResponse:
        """Exchange a refresh token for new tokens."""
        form = {"grant_type": "refresh_token", "client_id": self.client, "refresh_token": token}
        return self.post("/oauth2/token", form | changes)

    def post(self, path: str, form: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """Send a form to the domain."""
        return HTTP.request_encode_body("POST", f"{self.url}{path}", fields=form, encode_multipart=False)


def sign_in_of(stack: LocalStack) -> SignIn:
    """Return the sign-in that the web page of a stack names."""
    page = stack.outputs["WebPageUrl"]
    settings = HTTP.request("GET", f"{page}/settings.json").json()
    return SignIn(settings["signInUrl"], settings["clientId"], page)
