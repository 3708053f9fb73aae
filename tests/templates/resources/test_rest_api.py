"""The REST API: authorization, responses of API Gateway itself, and deployments."""

import functools
import json
import re
from typing import Any

import pytest
from troposphere import apigateway

from pages.relationships import path_of
from templates.resources import functions, web_page
from templates.resources.routes import GET_UPLOAD_URL, ROUTES, Route
from templates.stack import build
from tests.templates.emitted import Node, properties, ref, resources, sub, target, template
from workflow import contracts

GATEWAY_ANSWERS = sorted(resources("AWS::ApiGateway::GatewayResponse"))


def _deployment() -> str:
    """Return the logical ID of the deployment in a template that is built now."""
    (found,) = (name for name, entry in build().resources.items() if isinstance(entry, apigateway.Deployment))
    return str(found)


def test_unchanged_api_is_not_deployed_again() -> None:
    """Two templates of the same API have the same deployment."""
    assert _deployment() == _deployment()


def test_changed_method_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed method makes a new deployment; otherwise API Gateway would go on serving the old one."""
    before = _deployment()
    monkeypatch.setattr(apigateway, "Method", functools.partial(apigateway.Method, ApiKeyRequired=True))
    assert _deployment() != before


@pytest.mark.share(1)
@pytest.mark.parametrize("changed", ["Resource", "Authorizer", "GatewayResponse"])
def test_every_part_of_the_api_counts(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    """A change of any resource of the API makes a new deployment."""
    before = _deployment()
    altered: dict[str, dict[str, Any]] = {
        "Resource": {"PathPart": "other"},
        "Authorizer": {"AuthorizerResultTtlInSeconds": 1},
        "GatewayResponse": {"StatusCode": "418"},
    }
    original = getattr(apigateway, changed)
    monkeypatch.setattr(apigateway, changed, lambda title, **given: original(title, **{**given, **altered[changed]}))
    assert _deployment() != before


def test_other_resources_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function with more memory does not make a new deployment."""
    before = _deployment()
    monkeypatch.setattr(functions, "LIGHT_MEMORY", 2 * functions.LIGHT_MEMORY)
    assert _deployment() == before


def test_deployment_waits_for_what_it_holds() -> None:
    """A deployment comes after every method, authorizer and response that it contains, and the stage serves it."""
    ((name, deployment),) = resources("AWS::ApiGateway::Deployment").items()
    assert {"GetUploadUrlMethod", "CognitoAuthorizer", *GATEWAY_ANSWERS} <= set(deployment["DependsOn"])
    assert properties("RestApiStage")["DeploymentId"] == ref(name)


def test_every_method_but_the_preflight_requires_a_token() -> None:
    """Every method requires a token, except the preflight, which browsers send without one, and those of the web page."""
    kinds = {(method["HttpMethod"], method["AuthorizationType"]) for method in _methods_of_routes()}
    assert kinds == {("GET", "COGNITO_USER_POOLS"), ("DELETE", "COGNITO_USER_POOLS"), ("OPTIONS", "NONE")}


def _methods_of_routes() -> list[Node]:
    """Return the methods of the API without those of the web page."""
    found = resources("AWS::ApiGateway::Method").items()
    return [entry["Properties"] for name, entry in found if name not in web_page.METHODS]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_api_gateway_requires_the_parameters_of_the_contract(route: Route) -> None:
    """API Gateway requires exactly the parameters that the contract of requests requires, in the path or in the query."""
    method, request = properties(f"{route.name}Method"), contracts.schema(f"{route.contract}.request")
    assert properties(target(method["RequestValidatorId"]))["ValidateRequestParameters"] is True
    in_path = set(re.findall("{(.+?)}", route.path))
    assert method["RequestParameters"] == {
        f"method.request.{'path' if name in in_path else 'querystring'}.{name}": name in request["required"]
        for name in request["properties"]
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_a_method_invokes_the_function_of_its_route(route: Route) -> None:
    """A method has the path of its route, and its function has the name of the route."""
    method = properties(f"{route.name}Method")
    assert path_of(method, resources()) == f"/{route.path}"
    assert f"/functions/${{{route.name}Function.Arn}}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]


def test_every_path_has_a_preflight() -> None:
    """Each path with a method answers preflights."""
    methods = _methods_of_routes()
    paths = {
        kind: {one["ResourceId"]["Ref"] for one in methods if one["HttpMethod"] == kind} for kind in ("GET", "OPTIONS")
    }
    assert paths["GET"] == paths["OPTIONS"]


def test_requests_are_throttled_and_traced() -> None:
    """Rate and burst of every method are limited by parameters, and X-Ray traces requests."""
    stage = properties("RestApiStage")
    (settings,) = stage["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (
        ref("RequestRate"),
        ref("RequestBurst"),
    )
    assert stage["TracingEnabled"] is True


def test_logs_have_no_tokens() -> None:
    """The access log has caller and response as JSON; neither it nor the error log has requests."""
    logging = properties("RestApiStage")["AccessLogSetting"]
    line = json.loads(logging["Format"])
    assert target(logging["DestinationArn"]) == "RestApiAccessLogs"
    assert {"requestId", "owner", "status"} <= line.keys()
    assert not [
        variable for variable in line.values() if re.search(r"header|query|params|token|body", variable, re.IGNORECASE)
    ]
    (settings,) = properties("RestApiStage")["MethodSettings"]
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("ERROR", False)


def test_error_log_is_the_one_that_api_gateway_writes_to() -> None:
    """The log group of API Gateway's errors is created, with a retention, before API Gateway creates it without one."""
    name = properties("RestApiErrorLogs")["LogGroupName"]
    assert name == sub(f"API-Gateway-Execution-Logs_${{RestApi}}/{properties('RestApiStage')['StageName']}")
    assert resources()["RestApiStage"]["DependsOn"] == "RestApiErrorLogs"


def test_logs_role_is_set_before_the_stage() -> None:
    """The role with which API Gateway writes logs is set first, unless another stack has set it, and is retained.

    A failed first creation removes it, since the next one would find a role that is set.
    """
    account, role = (resources()[name] for name in ("ApiAccount", "ApiAccountRole"))
    assert account["Condition"] == role["Condition"] == "SetsApiLogsRole"
    assert account["DeletionPolicy"] == role["DeletionPolicy"] == "RetainExceptOnCreate"
    assert account["UpdateReplacePolicy"] == role["UpdateReplacePolicy"] == "Retain"
    assert "${ApiAccount}" in json.dumps(properties("RestApiStage")["Description"])


def test_token_is_in_the_usual_header() -> None:
    """The authorizer reads the token from the header `Authorization`."""
    authorizer = properties("CognitoAuthorizer")
    assert authorizer["Type"] == "COGNITO_USER_POOLS"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


@pytest.mark.parametrize("name", GATEWAY_ANSWERS)
@pytest.mark.parametrize("message", ["Missing required request parameters: [size]", 'not "a" number \\ or \n so'])
def test_gateway_responses_match_the_contract_of_errors(name: str, message: str) -> None:
    """A response of API Gateway itself has the form of the API's other errors, with any message.

    As AWS documents, `$context.error.message` is the message itself, and `messageString` the same in quotes.
    """
    text = properties(name)["ResponseTemplates"]["application/json"]
    filled = text.replace("$context.error.messageString", json.dumps(message)).replace(
        "$context.error.message", message
    )
    body = json.loads(filled)
    contracts.check("api-error", body)
    assert "$" not in body["detail"]
    fixed = {"UNAUTHORIZED": 401, "THROTTLED": 429, "BAD_REQUEST_PARAMETERS": 400}
    assert body.get("status") == fixed.get(properties(name)["ResponseType"])
    assert given_header(name, "Content-Type") == "'application/problem+json'"


@pytest.mark.parametrize("name", GATEWAY_ANSWERS)
def test_pages_can_read_errors(name: str) -> None:
    """A browser lets a page of any origin read an error, which contains no data of a user."""
    assert given_header(name, "Access-Control-Allow-Origin") == "'*'"
    assert given_header(name, "Access-Control-Expose-Headers") == "'ETag, Retry-After'"


def given_header(name: str, header: str) -> str | None:
    """Return the value that API Gateway gives a header of one of its responses."""
    found: str | None = properties(name)["ResponseParameters"].get(f"gatewayresponse.header.{header}")
    return found


def test_a_throttled_client_is_asked_to_wait() -> None:
    """The response to too many requests says when to try again; no other error does."""
    waits = {properties(name)["ResponseType"]: given_header(name, "Retry-After") for name in GATEWAY_ANSWERS}
    assert {kind for kind, wait in waits.items() if wait} == {"THROTTLED"}


def test_missing_token_has_its_own_response() -> None:
    """A request without a valid token gets its own error; every other error of API Gateway has a response too."""
    kinds = {properties(name)["ResponseType"] for name in GATEWAY_ANSWERS}
    assert kinds >= {"UNAUTHORIZED", "DEFAULT_4XX", "DEFAULT_5XX"}


def test_output_names_the_path_that_is_served() -> None:
    """The URL in the outputs is that of the stage and the resource."""
    address = template()["Outputs"]["UploadUrlEndpoint"]["Value"]["Fn::Sub"]
    assert address.endswith(f"/{properties('RestApiStage')['StageName']}/{properties('UploadUrlResource')['PathPart']}")
    assert properties("UploadUrlResource")["PathPart"] == GET_UPLOAD_URL.path
