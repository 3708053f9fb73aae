"""What the sign-in pages of a user pool domain do, as AWS documents it."""

import base64
import json
from dataclasses import replace

import pytest

from local.stack import LocalStack
from tests.effort import repetition
from tests.web.sign_in import HTTP, SignIn


class SignInPages:
    """The tests of the sign-in pages of the stack, which are run beside those of the page: one stack serves both."""

    def test_tokens_are_for_the_api(self, stack: LocalStack, pages: SignIn) -> None:
        """A code is exchanged for tokens, and the API takes the ID token, which names the user."""
        answer = pages.exchange(pages.code(stack.user))
        assert (answer.status, answer.json()["token_type"]) == (200, "Bearer")
        token = answer.json()["id_token"]
        content = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
        assert (claims["email"], claims["aud"]) == (stack.user.email, pages.client)
        assert HTTP.request("GET", stack.api_url("images"), headers={"Authorization": token}).status == 200

    def test_state_comes_back(self, stack: LocalStack, pages: SignIn) -> None:
        """The sign-in returns to the page, with the state of the request and a code."""
        answer = pages.submit(stack.user, state="x y&z")
        assert answer.status == 302
        assert answer.headers["Location"].startswith(f"{pages.page}?code=")
        assert answer.headers["Location"].endswith("&state=x%20y%26z")

    def test_wrong_password_gives_no_code(self, stack: LocalStack, pages: SignIn) -> None:
        """A wrong password shows the form again."""
        answer = pages.submit(replace(stack.user, password="wrong"))
        assert answer.status == 200
        assert b"Incorrect username or password" in answer.data

    @pytest.mark.parametrize(
        "changes",
        [
            {"code_verifier": "w" * 43},
            {"redirect_uri": "https://evil.example/"},
            pytest.param({"code_verifier": ""}, marks=repetition),
            pytest.param({"redirect_uri": ""}, marks=repetition),
            pytest.param({"client_id": "none"}, marks=repetition),
        ],
        ids=str,
    )
    def test_code_is_for_the_one_who_asked(self, stack: LocalStack, pages: SignIn, changes: dict[str, str]) -> None:
        """A code is refused with another verifier, redirect or client, and without them."""
        answer = pages.exchange(pages.code(stack.user), **changes)
        assert answer.status == 400
        assert answer.json()["error"] == "invalid_grant"

    def test_code_is_for_one_use(self, stack: LocalStack, pages: SignIn) -> None:
        """A code is exchanged once, and one that was never issued is refused."""
        code = pages.code(stack.user)
        assert [pages.exchange(one).status for one in (code, code, "none")] == [200, 400, 400]

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"client_id": "none"}, "invalid_client"),
        ],
        ids=str,
    )
    def test_request_that_is_not_the_pages_gets_no_form(
        self, pages: SignIn, changes: dict[str, str], error: str
    ) -> None:
        """The sign-in page is shown for the client's own redirect and the code flow only."""
        answer = pages.authorize(**changes)
        assert (answer.status, answer.json()["error"]) == (400, error)

    def test_plain_challenge_is_refused(self, pages: SignIn) -> None:
        """Cognito takes S256 only."""
        answer = pages.authorize(code_challenge_method="plain")
        assert (answer.status, answer.headers["Location"]) == (302, f"{pages.page}?error=invalid_request&state=state")

    def test_password_client_has_no_sign_in_page(self, stack: LocalStack, pages: SignIn) -> None:
        """The client for programs has no code flow."""
        answer = replace(pages, client=stack.outputs["UserPoolClientId"]).authorize()
        assert (answer.status, answer.json()["error"]) == (400, "unauthorized_client")

    def test_refresh_gives_a_new_token_until_it_is_revoked(self, stack: LocalStack, pages: SignIn) -> None:
        """A refresh token gives ID tokens, for its own client, until it is revoked."""
        refresh = pages.exchange(pages.code(stack.user)).json()["refresh_token"]
        assert "id_token" in pages.refresh(refresh).json()
        assert pages.refresh(refresh, client_id=stack.outputs["UserPoolClientId"]).json()["error"] == "invalid_grant"
        revoke = {"token": refresh, "client_id": pages.client}
        assert (pages.post("/oauth2/revoke", revoke).status, pages.post("/oauth2/revoke", revoke).data) == (200, b"")
        assert (pages.refresh(refresh).status, pages.refresh(refresh).json()["error"]) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"token": ""}, 400, "invalid_request"),
            ({"client_id": "none"}, 401, "invalid_client"),
            ({"client_id": "other"}, 400, "unauthorized_client"),
        ],
        ids=str,
    )
    def test_revocation_errors(
        self, stack: LocalStack, pages: SignIn, changes: dict[str, str], status: int, error: str
    ) -> None:
        """A revocation without a token, by an unknown client or by another one is refused."""
        refresh = pages.exchange(pages.code(stack.user)).json()["refresh_token"]
        if changes.get("client_id") == "other":
            changes = {"client_id": stack.outputs["UserPoolClientId"]}
        answer = pages.post("/oauth2/revoke", {"token": refresh, "client_id": pages.client} | changes)
        assert (answer.status, answer.json()["error"]) == (status, error)

    @pytest.mark.parametrize(("uri", "status"), [("", 302), ("https://evil.example/", 400)])
    def test_sign_out_returns_to_the_page(self, pages: SignIn, uri: str, status: int) -> None:
        """The sign-out leads to the page, and nowhere else."""
        query = {"client_id": pages.client, "logout_uri": uri or pages.page}
        answer = HTTP.request("GET", f"{pages.url}/logout", fields=query)
        assert answer.status == status
        assert answer.headers.get("Location") == (pages.page if status == 302 else None)
