"""The front door: who gets in, what API Gateway answers by itself, and when a change is deployed."""

import functools
import json
import re
from typing import Any

import pytest
from troposphere import apigateway

from templates.resources import api, functions
from templates.stack import build
from tests.templates.emitted import properties, ref, resources, sub, target, template
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
    monkeypatch.setattr(functions, "LIGHT_MEMORY", 2 * functions.LIGHT_MEMORY)
    assert _deployment() == before


def test_deployment_waits_for_what_it_holds() -> None:
    """A deployment comes after every method, authorizer and answer that it is a snapshot of, and the stage shows it."""
    ((name, deployment),) = resources("AWS::ApiGateway::Deployment").items()
    assert {"GetUploadUrlMethod", "CognitoAuthorizer", *GATEWAY_ANSWERS} <= set(deployment["DependsOn"])
    assert properties("RestApiStage")["DeploymentId"] == ref(name)


def test_every_method_asks_for_a_token_but_the_preflight() -> None:
    """No method of the API is open, other than the one that browsers call without a token, before they send it."""
    given = [entry["Properties"] for entry in resources("AWS::ApiGateway::Method").values()]
    kinds = {(method["HttpMethod"], method["AuthorizationType"]) for method in given}
    assert kinds == {("GET", "COGNITO_USER_POOLS"), ("OPTIONS", "NONE")}


def test_request_without_a_parameter_is_refused_at_the_door() -> None:
    """API Gateway asks for exactly the parameters that the contract of requests does."""
    method, request = properties("GetUploadUrlMethod"), contracts.schema("upload-url.request")
    assert properties(target(method["RequestValidatorId"]))["ValidateRequestParameters"] is True
    assert method["RequestParameters"] == {
        f"method.request.querystring.{name}": name in request["required"] for name in request["properties"]
    }


def test_requests_are_throttled_and_traced() -> None:
    """Rate and burst of every method are limited by parameters, and X-Ray follows requests."""
    stage = properties("RestApiStage")
    (settings,) = stage["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (
        ref("RequestRate"),
        ref("RequestBurst"),
    )
    assert stage["TracingEnabled"] is True


def test_no_token_stands_in_a_log() -> None:
    """The access log says who asked and how it was answered, as JSON; neither it nor the error log has requests."""
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
    """The log of API Gateway's errors is made, with its retention, before API Gateway would make one without."""
    name = properties("RestApiErrorLogs")["LogGroupName"]
    assert name == sub(f"API-Gateway-Execution-Logs_${{RestApi}}/{properties('RestApiStage')['StageName']}")
    assert resources()["RestApiStage"]["DependsOn"] == "RestApiErrorLogs"


def test_account_may_log_before_the_stage_does() -> None:
    """The role by which API Gateway writes logs is set first, unless another stack has set it, and outlives this one.

    A first creation that fails takes it away again, or the next one would find a role set.
    """
    account, role = (resources()[name] for name in ("ApiAccount", "ApiAccountRole"))
    assert account["Condition"] == role["Condition"] == "SetsApiLogsRole"
    assert account["DeletionPolicy"] == role["DeletionPolicy"] == "RetainExceptOnCreate"
    assert account["UpdateReplacePolicy"] == role["UpdateReplacePolicy"] == "Retain"
    assert "${ApiAccount}" in json.dumps(properties("RestApiStage")["Description"])


def test_token_is_in_the_usual_header() -> None:
    """The authorizer looks for the token in the header `Authorization`."""
    authorizer = properties("CognitoAuthorizer")
    assert authorizer["Type"] == "COGNITO_USER_POOLS"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


@pytest.mark.parametrize("name", GATEWAY_ANSWERS)
@pytest.mark.parametrize("said", ["Missing required request parameters: [size]", 'not "a" number \\ or \n so'])
def test_gateway_answers_keep_the_contract_of_errors(name: str, said: str) -> None:
    """What API Gateway answers by itself has the form of the API's other errors, whatever its own message holds.

    As AWS documents it, `$context.error.message` is that message as it is, and `messageString` the same in quotes.
    """
    text = properties(name)["ResponseTemplates"]["application/json"]
    filled = text.replace("$context.error.messageString", json.dumps(said)).replace("$context.error.message", said)
    body = json.loads(filled)
    contracts.check("api-error", body)
    assert "$" not in body["message"]


@pytest.mark.parametrize("name", GATEWAY_ANSWERS)
def test_pages_can_read_what_went_wrong(name: str) -> None:
    """A browser lets a page of any origin read an error, which has nothing in it that is anybody's."""
    given = properties(name)["ResponseParameters"]
    assert given == {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}


def test_missing_token_has_its_own_answer() -> None:
    """A request without a sound token is told so; every other error that is not ours to word has an answer too."""
    kinds = {properties(name)["ResponseType"] for name in GATEWAY_ANSWERS}
    assert kinds >= {"UNAUTHORIZED", "DEFAULT_4XX", "DEFAULT_5XX"}


def test_output_names_the_path_that_is_served() -> None:
    """The address that the stack gives to clients is that of the stage and the resource."""
    address = template()["Outputs"]["UploadUrlEndpoint"]["Value"]["Fn::Sub"]
    assert address.endswith(f"/{properties('RestApiStage')['StageName']}/{properties('UploadUrlResource')['PathPart']}")
    assert properties("UploadUrlResource")["PathPart"] == api.PATH
