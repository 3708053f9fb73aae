"""The addresses of the stack: of the API, of the web page in it, and of the page on which its users sign in."""

from troposphere import Equals, If, Ref, Sub, Template

STAGE = "v1"
WEB = "web"  # the page's path in the API
API_ORIGIN = "https://${RestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
API_URL = f"{API_ORIGIN}/{STAGE}"
WEB_URL = f"{API_URL}/{WEB}"
SIGN_IN_DOMAIN = "UserPoolDomain"


def add_partitions(template: Template) -> None:
    """Add the conditions on which the host of the sign-in depends."""
    template.add_condition("InGovCloud", Equals(Ref("AWS::Partition"), "aws-us-gov"))
    template.add_condition("InChina", Equals(Ref("AWS::Partition"), "aws-cn"))


def sign_in_url() -> If:
    """Return the URL of the user pool's own domain, which has another host in each partition.

    GovCloud: AWS GovCloud (US) User Guide, Amazon Cognito. China: AWS's documentation names no host, users of it do.
    """
    url = f"https://${{{SIGN_IN_DOMAIN}}}.%s.${{AWS::Region}}.amazoncognito.%s"
    elsewhere = If("InChina", Sub(url % ("auth", "com.cn")), Sub(url % ("auth", "com")))
    return If("InGovCloud", Sub(url % ("auth-fips", "com")), elsewhere)
