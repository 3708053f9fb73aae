"""Who may upload: the user pool and its client."""

from troposphere import If, NoValue, Ref, Template, cognito

from templates.resources.storage import RETAIN

TOKEN_HOURS = 1  # what an identity or access token is good for
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
        # Cognito's default takes person@example.com and Person@example.com for two users. Fixed once a pool is made.
        UsernameConfiguration=cognito.UsernameConfiguration(CaseSensitive=False),
        **RETAIN,
    )


def _client(pool: cognito.UserPool) -> cognito.UserPoolClient:
    return cognito.UserPoolClient(
        "UserPoolClient",
        UserPoolId=Ref(pool),
        # Sign-in is by password, plainly over TLS or by SRP; no flow of OAuth, the implicit one included, is open.
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        AllowedOAuthFlowsUserPoolClient=False,
        EnableTokenRevocation=True,
        PreventUserExistenceErrors="ENABLED",
        AccessTokenValidity=TOKEN_HOURS,
        IdTokenValidity=TOKEN_HOURS,
        RefreshTokenValidity=REFRESH_DAYS,
    )
