"""The web page in the template: its sign-in, its paths and permissions, and the parameter that removes it."""

from typing import Any

import pytest

from lambdas.runtime import clients
from templates.resources.web_page import METHODS, PATHS, WEB_PERMISSIONS
from tests.templates.emitted import properties, ref, resources, statements, sub, template

URL = "https://${RestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1/web"
SIGN_IN = ("UserPoolDomain", "WebPageBranding", "WebPageClient")


def test_page_signs_in_by_authorization_code_only() -> None:
    """The client of the page has the code flow and no other, no secret and no password, and returns to the page alone."""
    client = properties("WebPageClient")
    assert (client["AllowedOAuthFlowsUserPoolClient"], client["AllowedOAuthFlows"]) == (True, ["code"])
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["CallbackURLs"] == client["LogoutURLs"] == [sub(URL)]
    assert client["GenerateSecret"] is False


def test_tokens_of_the_page_are_short_lived_and_can_be_revoked() -> None:
    """A browser keeps a token for a day at most, and signing out revokes it."""
    client = properties("WebPageClient")
    assert (client["IdTokenValidity"], client["AccessTokenValidity"], client["RefreshTokenValidity"]) == (1, 1, 1)
    assert client["EnableTokenRevocation"] is True


def test_managed_login_has_a_branding() -> None:
    """The domain has managed login, for which the client needs a branding: without it there is no sign-in page."""
    assert properties("UserPoolDomain")["ManagedLoginVersion"] == 2
    branding = properties("WebPageBranding")
    assert (branding["ClientId"], branding["UseCognitoProvidedValues"]) == (ref("WebPageClient"), True)


def test_domain_is_unique_and_has_no_reserved_word() -> None:
    """The prefix is of the stack's ID, whose hexadecimal digits spell none of the words that Cognito refuses."""
    part = {"Fn::Select": [2, {"Fn::Split": ["/", ref("AWS::StackId")]}]}
    assert properties("UserPoolDomain")["Domain"] == {"Fn::Join": ["-", ["images", part]]}


@pytest.mark.parametrize("name", SIGN_IN)
def test_parameter_removes_the_sign_in(name: str) -> None:
    """Without the page there is no domain and no client for it."""
    assert resources()[name]["Condition"] == "HasWebPage"
    assert template()["Parameters"]["WebPage"]["Default"] == "true"


def test_function_knows_whether_there_is_a_page() -> None:
    """Without the page, the function has neither sign-in nor client: it answers 404 then."""
    variables = properties("WebPageFunction")["Environment"]["Variables"]
    assert variables["CLIENT_ID"] == {"Fn::If": ["HasWebPage", ref("WebPageClient"), ""]}
    condition, url, otherwise = variables["SIGN_IN_URL"]["Fn::If"]
    assert (condition, otherwise) == ("HasWebPage", "")
    assert _hosts(url) == {
        "aws-us-gov": "https://${UserPoolDomain}.auth-fips.${AWS::Region}.amazoncognito.com",
        "aws-cn": "https://${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com.cn",
        "": "https://${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com",
    }


def _hosts(url: Any) -> dict[str, str]:
    """Return the URLs of the sign-in by partition; the one of all others has no name."""
    found = {}
    while "Fn::If" in url:
        condition, then, url = url["Fn::If"]
        found[template()["Conditions"][condition]["Fn::Equals"][1]] = then["Fn::Sub"]
    return found | {"": url["Fn::Sub"]}


def test_function_of_the_page_calls_no_service() -> None:
    """Its role allows log and traces, and nothing else."""
    actions = {action for one in statements("WebPageFunctionRole") for action in one["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"logs", "xray"}


@pytest.mark.parametrize(("name", "path"), [*zip(WEB_PERMISSIONS, PATHS, strict=True)])
def test_api_may_invoke_the_function_for_the_page_only(name: str, path: str) -> None:
    """A permission names this API, its stage, GET and a path of the page."""
    assert properties(name)["FunctionName"] == ref("WebPageFunction")
    assert properties(name)["SourceArn"]["Fn::Sub"].endswith(f":${{RestApi}}/v1/GET/{path}")


def test_paths_of_the_page_need_no_token() -> None:
    """Whoever has no token yet can load the page."""
    assert [properties(name)["AuthorizationType"] for name in METHODS] == ["NONE", "NONE"]


def test_api_does_not_take_bodies_for_binary() -> None:
    """The files are text and compressed by API Gateway; with binary media types, it would send bodies as Base64."""
    assert properties("RestApi")["MinimumCompressionSize"] > 0
    assert "BinaryMediaTypes" not in properties("RestApi")


@pytest.mark.parametrize(
    ("region", "suffix"),
    [("us-east-1", "com"), ("eu-central-1", "com"), ("us-gov-west-1", "com"), ("cn-north-1", "com.cn")],
)
def test_origins_of_the_policy_are_those_of_signed_urls(
    region: str, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page may connect to is RegionalDomainName, the host of the URLs that the functions sign."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    client = clients.s3.__wrapped__()
    signed = client.generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": "a"})
    assert signed.startswith(f"https://uploads.s3.{region}.amazonaws.{suffix}/")
    origins = properties("WebPageFunction")["Environment"]["Variables"]
    assert origins["UPLOAD_ORIGIN"] == sub("https://${UploadBucket.RegionalDomainName}")
    assert origins["ARCHIVE_ORIGIN"] == sub("https://${ArchiveBucket.RegionalDomainName}")
