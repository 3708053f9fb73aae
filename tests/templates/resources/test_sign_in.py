"""The user pool: who gets a user, and how users sign in."""

from tests.templates.emitted import properties, ref, template


def test_nobody_signs_up_unasked() -> None:
    """Users are made by administrators, have long passwords, and a failed sign-in does not tell who exists."""
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert properties("UserPoolClient")["PreventUserExistenceErrors"] == "ENABLED"


def test_email_is_the_name_however_it_is_written() -> None:
    """A user signs in by email, in capital letters too, and can reset a password by a mail to that address."""
    pool = properties("UserPool")
    assert (pool["UsernameAttributes"], pool["UsernameConfiguration"]) == (["email"], {"CaseSensitive": False})
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "verified_email", "Priority": 1}]


def test_client_has_no_secret_to_lose() -> None:
    """Browsers and command lines sign in without a client secret, which they could not keep."""
    assert not properties("UserPoolClient").get("GenerateSecret", False)


def test_passwords_are_long_and_mixed() -> None:
    """A password has letters of both cases, digits and symbols."""
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_second_factor_is_up_to_the_operator() -> None:
    """A second factor, by an authenticator, may be asked of every user, of those who like, or of nobody."""
    pool, parameter = properties("UserPool"), template()["Parameters"]["UserMfa"]
    assert pool["MfaConfiguration"] == ref("UserMfa")
    assert pool["EnabledMfas"] == {"Fn::If": ["AsksForMfa", ["SOFTWARE_TOKEN_MFA"], ref("AWS::NoValue")]}
    assert (parameter["Default"], parameter["AllowedValues"]) == ("OPTIONAL", ["OFF", "OPTIONAL", "ON"])


def test_sign_in_is_by_password() -> None:
    """A user signs in by password, sent over TLS or proven by SRP, and stays signed in by a refresh token; no other way."""
    assert sorted(properties("UserPoolClient")["ExplicitAuthFlows"]) == [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
    ]


def test_no_flow_of_oauth_is_open() -> None:
    """Tokens are given for a password only; there is no implicit flow, nor any other that redirects."""
    client = properties("UserPoolClient")
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert not {"AllowedOAuthFlows", "CallbackURLs"} & client.keys()


def test_tokens_are_short_lived_and_can_be_revoked() -> None:
    """A token is good for an hour, and a user who is signed out stays out."""
    client = properties("UserPoolClient")
    assert (client["IdTokenValidity"], client["AccessTokenValidity"]) == (1, 1)
    assert client["EnableTokenRevocation"] is True
