"""Sign-in of the users who may upload: the user pool and its client."""

from troposphere import If, NoValue, Ref, Template, cognito

from templates.resources.storage import RETAIN

TOKEN_HOURS = 1  # lifetime of an ID or access token
REFRESH_DAYS = 30


def add_sign_in(template: Template) -> cognito.UserPool:
    """Add user pool and client to template and return the pool."""
    pool = template.add_resource(_user_pool())
    template.add_resource(_client(pool))
    return pool


def _user_pool() -> cognito.UserPool:
    policy = cognito.PasswordPolicy(
        MinimumLength=12,
        RequireLowercase=True,
        RequireUppercase=True,
        RequireNumbers=True,
        RequireSymbols=True,
        TemporaryPasswordValidityDays=3,
    )
    return cognito.UserPool(
        "UserPool",
        AccountRecoverySetting=cognito.AccountRecoverySetting(
            RecoveryMechanisms=[cognito.RecoveryOption(Name="verified_email", Priority=1)]
        ),
        AdminCreateUserConfig=cognito.AdminCreateUserConfig(AllowAdminCreateUserOnly=True),
        AutoVerifiedAttributes=["email"],
        DeletionProtection="ACTIVE",
        EnabledMfas=If("AsksForMfa", ["SOFTWARE_TOKEN_MFA"], NoValue),
        MfaConfiguration=Ref("UserMfa"),
        Policies=cognito.Policies(PasswordPolicy=policy),
        UsernameAttributes=["email"],
        # By default, person@example.com and Person@example.com are two users. It cannot be changed after creation.
        UsernameConfiguration=cognito.UsernameConfiguration(CaseSensitive=False),
        **RETAIN,
    )


def _client(pool: cognito.UserPool) -> cognito.UserPoolClient:
    return cognito.UserPoolClient(
        "UserPoolClient",
        UserPoolId=Ref(pool),
        # Users sign in with a password, over TLS or by SRP; no OAuth flow is enabled.
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        AllowedOAuthFlowsUserPoolClient=False,
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        AccessTokenValidity=TOKEN_HOURS,
        IdTokenValidity=TOKEN_HOURS,
        RefreshTokenValidity=REFRESH_DAYS,
    )
