"""A request validator of a template checks the requests of its methods.

AWS: A method with a validator refuses requests without a required parameter, before it calls the function: status 400, the
gateway response BAD_REQUEST_PARAMETERS.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html

ministack: CloudFormation gives the validator an ID and creates none, and the method does not name it.

Patched: CloudFormation creates the validator, and the method names it.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

_PROVISIONERS = "ministack.services.cloudformation.provisioners"
_VALIDATOR = SourcePatch(
    module=_PROVISIONERS,
    name="_apigw_request_validator_create",
    found='validator_id = new_uuid().replace("-", "")[:8]',
    replacement="""wanted = {f"{name[0].lower()}{name[1:]}": value for name, value in props.items()}
    validator_id = json.loads(_apigw_v1._create_request_validator(props["RestApiId"], wanted)[2])["id"]""",
)
_METHOD = SourcePatch(
    module=_PROVISIONERS,
    name="_apigw_method_create",
    found='"requestModels": props.get("RequestModels", {}),',
    replacement="""
        "requestModels": props.get("RequestModels", {}),
        "requestValidatorId": props.get("RequestValidatorId"),""",
)
PATCHES = (_VALIDATOR, _METHOD)
