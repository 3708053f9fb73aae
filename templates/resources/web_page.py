"""The web page: the function that serves its files, its paths in the API, and the client with which its users sign in.

A function serves the page, not S3 behind the API: the files are in the zip of the functions, so that page and API are deployed
and rolled back together; no role reads a bucket; and one place writes the headers. CloudFormation needs no copy of files.

References go one way: the client and the bucket's CORS rule name the API, the function names the client and the buckets, and the
methods of the API, which are resources of their own, name the function. RestApi itself names nothing.
"""

from typing import Any

from troposphere import GetAtt, If, Join, Ref, Select, Split, Sub, Template, apigateway, awslambda, cognito

from lambdas.runtime import settings as env
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources.addresses import (
    SIGN_IN_DOMAIN,
    STAGE,
    WEB,
    WEB_URL,
    add_partitions,
    sign_in_url,
)
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.sign_in import TOKEN_HOURS
from templates.resources.storage import Storage

FUNCTION = "WebPageFunction"
FAILED = "Users cannot open the web page. Other clients of the API are not affected."
THROTTLED = "The web page does not load. Other clients of the API are not affected."
METHODS = ("WebPageMethod", "WebFileMethod")
WEB_PERMISSIONS = ("WebPagePermission", "WebFilePermission")
# The paths that the two permissions allow.
PATHS = (WEB, f"{WEB}/*")
MEMORY = 256  # MB
REFRESH_DAYS = 1  # a browser keeps the token: a shorter time than for other clients
# Bytes. API Gateway compresses texts of this size and more for clients that accept it. The files are text, so that the API needs
# no binaryMediaTypes, with which API Gateway would take and send every body as Base64.
MINIMUM_COMPRESSED = 1024


def add_web_page(template: Template, storage: Storage, pool: cognito.UserPool) -> awslambda.Function:
    """Add function, sign-in domain and client of the page to template, and return the function.

    The parameter WebPage removes domain and client. The function stays and answers 404: the snapshot of the API that is deployed
    names it.
    """
    add_partitions(template)
    client = _add_sign_in(template, pool)
    return add_function(template, _entry(storage, client))


def _add_sign_in(template: Template, pool: cognito.UserPool) -> cognito.UserPoolClient:
    client = template.add_resource(_client(pool))
    template.add_resource(
        cognito.UserPoolDomain(
            SIGN_IN_DOMAIN,
            # Unique among all accounts, and without the words aws, amazon and cognito, which Cognito refuses: these are
            # hexadecimal digits and dashes.
            Domain=Join("-", ["images", Select(2, Split("/", Ref("AWS::StackId")))]),
            UserPoolId=Ref(pool),
            ManagedLoginVersion=2,
            Condition="HasWebPage",
        )
    )
    # Without a branding of the client, managed login answers "Login pages unavailable".
    template.add_resource(
        cognito.ManagedLoginBranding(
            "WebPageBranding",
            UserPoolId=Ref(pool),
            ClientId=Ref(client),
            UseCognitoProvidedValues=True,
            Condition="HasWebPage",
        )
    )
    return client


def _client(pool: cognito.UserPool) -> cognito.UserPoolClient:
    """Return the client of the page: the authorization code flow only, without a secret, so that Cognito expects PKCE.

    It is not UserPoolClient, with which programs sign in by password: a page must not see passwords, and whoever has the ID of
    this client cannot try passwords through the API of Cognito.
    """
    return cognito.UserPoolClient(
        "WebPageClient",
        UserPoolId=Ref(pool),
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[Sub(WEB_URL)],
        LogoutURLs=[Sub(WEB_URL)],
        SupportedIdentityProviders=["COGNITO"],
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        GenerateSecret=False,
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        AccessTokenValidity=TOKEN_HOURS,
        IdTokenValidity=TOKEN_HOURS,
        RefreshTokenValidity=REFRESH_DAYS,
        Condition="HasWebPage",
    )


def _entry(storage: Storage, client: cognito.UserPoolClient) -> FunctionEntry:
    buckets = {"upload_origin": storage.upload_bucket, "archive_origin": storage.archive_bucket}
    return FunctionEntry(
        FUNCTION,
        "web_page",
        "Serves the web page",
        memory=MEMORY,
        timeout=29,  # API Gateway waits no longer
        environment=variables(
            env.WebPageSettings,
            sign_in_url=If("HasWebPage", sign_in_url(), ""),
            client_id=If("HasWebPage", Ref(client), ""),
            **{name: Sub(f"https://${{{bucket.title}.RegionalDomainName}}") for name, bucket in buckets.items()},
        ),
        statements=[],  # it reads nothing but its own zip
        layers=[RUNTIME_LAYER],
    )


def web_methods(api: apigateway.RestApi, integration: apigateway.Integration) -> list[Any]:
    """Return the paths of the page in api and their methods, which need no token: the page is where users sign in."""
    page = apigateway.Resource("WebResource", RestApiId=Ref(api), ParentId=GetAtt(api, "RootResourceId"), PathPart=WEB)
    file = apigateway.Resource("WebFileResource", RestApiId=Ref(api), ParentId=Ref(page), PathPart="{file}")
    return [
        page,
        file,
        *(
            apigateway.Method(
                name,
                RestApiId=Ref(api),
                ResourceId=Ref(resource),
                HttpMethod="GET",
                AuthorizationType="NONE",
                Integration=integration,
            )
            for name, resource in zip(METHODS, (page, file), strict=True)
        ),
    ]


def web_permissions(function: awslambda.Function) -> list[awslambda.Permission]:
    """Return the permissions for the API to invoke function for the paths of the page."""
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestApi}"
    return [
        awslambda.Permission(
            name,
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal="apigateway.amazonaws.com",
            SourceArn=Sub(f"{source}/{STAGE}/GET/{path}"),
        )
        for name, path in zip(WEB_PERMISSIONS, PATHS, strict=True)
    ]
