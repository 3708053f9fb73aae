"""The user pool: creation of users and sign-in."""

from tests.templates.emitted import properties, ref, template


def test_only_administrators_create_users() -> None:
    """Administrators create users, passwords are long, and a failed sign-in does not reveal whether a user exists."""
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert properties("UserPoolClient")["PreventUserExistenceErrors"] == "ENABLED"


def test_email_is_the_name_in_any_case() -> None:
    """Users sign in by e-mail, in any case, and can reset a password by e-mail."""
    pool = properties("UserPool")
    assert (pool["UsernameAttributes"], pool["UsernameConfiguration"]) == (["email"], {"CaseSensitive": False})
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "verified_email", "Priority": 1}]


def test_client_has_no_secret() -> None:
    """Browsers and command lines sign in without a client secret, which they could not protect."""
    assert not properties("UserPoolClient").get("GenerateSecret", False)


def test_passwords_are_long_and_mixed() -> None:
    """A password has letters of both cases, digits and symbols."""
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_second_factor_is_up_to_the_operator() -> None:
    """A second factor, by an authenticator, may be required, optional or off."""
    pool, parameter = properties("UserPool"), template()["Parameters"]["UserMfa"]
    assert pool["MfaConfiguration"] == ref("UserMfa")
    assert pool["EnabledMfas"] == {"Fn::If": ["AsksForMfa", ["SOFTWARE_TOKEN_MFA"], ref("AWS::NoValue")]}
    assert (parameter["Default"], parameter["AllowedValues"]) == ("OPTIONAL", ["OFF", "OPTIONAL", "ON"])


def test_sign_in_is_by_password() -> None:
    """A user signs in with a password, over TLS or by SRP, and stays signed in with a refresh token; there is no other way."""
    assert sorted(properties("UserPoolClient")["ExplicitAuthFlows"]) == [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
    ]


def test_no_oauth_flow_is_enabled() -> None:
    """Tokens are issued only for a password; neither the implicit flow nor any other with redirects is enabled."""
    client = properties("UserPoolClient")
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert not {"AllowedOAuthFlows", "CallbackURLs"} & client.keys()


def test_tokens_are_short_lived_and_can_be_revoked() -> None:
    """A token is valid for an hour, and signing out revokes it."""
    client = properties("UserPoolClient")
    assert (client["IdTokenValidity"], client["AccessTokenValidity"]) == (1, 1)
    assert client["EnableTokenRevocation"] is True
