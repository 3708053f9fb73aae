"""The front door: who gets in, what API Gateway answers by itself, and when a change is deployed."""

import functools
import json
from typing import Any

import pytest
from troposphere import apigateway

from templates import api, functions
from templates.stack import build
from tests.templates.emitted import properties, ref, resources, template
from workflow import contracts

GATEWAY_ANSWERS = sorted(resources("AWS::ApiGateway::GatewayResponse"))


def _deployment() -> str:
    """Return the logical ID of the deployment in a template built now."""
    (found,) = (name for name, entry in build().resources.items() if isinstance(entry, apigateway.Deployment))
    return str(found)


def test_unchanged_api_is_not_deployed_again() -> None:
    """Two templates of the same API name the same deployment."""
    assert _deployment() == _deployment()


def test_changed_method_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that changes makes another deployment; API Gateway would go on serving the old one otherwise."""
    before = _deployment()
    monkeypatch.setattr(apigateway, "Method", functools.partial(apigateway.Method, ApiKeyRequired=True))
    assert _deployment() != before


@pytest.mark.parametrize("changed", ["Resource", "Authorizer", "GatewayResponse"])
def test_every_part_of_the_api_counts(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    """A change of any resource that a deployment is a snapshot of makes another deployment."""
    before = _deployment()
    altered: dict[str, dict[str, Any]] = {
        "Resource": {"PathPart": "other"},
        "Authorizer": {"AuthorizerResultTtlInSeconds": 1},
        "GatewayResponse": {"StatusCode": "418"},
    }
    original = getattr(apigateway, changed)
    monkeypatch.setattr(apigateway, changed, lambda title, **given: original(title, **{**given, **altered[changed]}))
    assert _deployment() != before


def test_what_is_not_the_api_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that gets more memory leaves the API as it is deployed."""
    before = _deployment()
    monkeypatch.setattr(functions, "LIGHT", 2 * functions.LIGHT)
    assert _deployment() == before


def test_deployment_waits_for_what_it_holds() -> None:
    """A deployment comes after every method, authorizer and answer that it is a snapshot of, and the stage shows it."""
    ((name, deployment),) = resources("AWS::ApiGateway::Deployment").items()
    assert {"GetUploadUrlMethod", "CognitoAuthorizer", *GATEWAY_ANSWERS} <= set(deployment["DependsOn"])
    assert properties("RestApiStage")["DeploymentId"] == ref(name)


def test_every_method_asks_for_a_token() -> None:
    """No method of the API is open."""
    kinds = {entry["Properties"]["AuthorizationType"] for entry in resources("AWS::ApiGateway::Method").values()}
    assert kinds == {"COGNITO_USER_POOLS"}


def test_token_is_in_the_usual_header() -> None:
    """The authorizer looks for the token in the header `Authorization`."""
    authorizer = properties("CognitoAuthorizer")
    assert authorizer["Type"] == "COGNITO_USER_POOLS"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


@pytest.mark.parametrize("name", GATEWAY_ANSWERS)
def test_gateway_answers_keep_the_contract_of_errors(name: str) -> None:
    """What API Gateway answers by itself has the form of the API's other errors."""
    body = json.loads(properties(name)["ResponseTemplates"]["application/json"])
    contracts.check("api-error", body)


def test_missing_token_has_its_own_answer() -> None:
    """A request without a sound token is told so; every other error that is not ours to word has an answer too."""
    kinds = {properties(name)["ResponseType"] for name in GATEWAY_ANSWERS}
    assert kinds >= {"UNAUTHORIZED", "DEFAULT_4XX", "DEFAULT_5XX"}


def test_nobody_signs_up_unasked() -> None:
    """Users are made by administrators, have long passwords, and a failed sign-in does not tell who exists."""
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert properties("UserPoolClient")["PreventUserExistenceErrors"] == "ENABLED"


def test_client_has_no_secret_to_lose() -> None:
    """Browsers and command lines sign in without a client secret, which they could not keep."""
    assert not properties("UserPoolClient").get("GenerateSecret", False)


def test_output_names_the_path_that_is_served() -> None:
    """The address that the stack gives to clients is that of the stage and the resource."""
    address = template()["Outputs"]["UploadUrlEndpoint"]["Value"]["Fn::Sub"]
    assert address.endswith(f"/{properties('RestApiStage')['StageName']}/{properties('UploadUrlResource')['PathPart']}")
    assert properties("UploadUrlResource")["PathPart"] == api.PATH
