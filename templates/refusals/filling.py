"""Values after the substitution of references, each at the maximum length that it may have in any deployment."""

import re
from collections.abc import Mapping
from typing import Any

from templates.refusals.refusal import Node, function_of

STACK_NAME = 128  # characters, the quota of CloudFormation
RANDOM = 14  # characters, hyphen included, that CloudFormation appends to a generated name
ARN = 70  # characters before the name in an ARN: partition, service, region, account, type
FUNCTION_NAME = 64  # characters, the maximum of Lambda; a reference to a function is its name
UNKNOWN = ""  # the value of a parameter without default, and of a function that only CloudFormation evaluates
PSEUDO = {
    "AWS::AccountId": "1" * 12,
    "AWS::NoValue": "",
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-3",
    "AWS::StackId": "x" * (ARN + STACK_NAME + 37),
    "AWS::StackName": "x" * STACK_NAME,
    "AWS::URLSuffix": "amazonaws.com.cn",
}
_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


class Filling:
    """Substitutes the references of one template with given parameters."""

    def __init__(self, template: Node, parameters: Mapping[str, str]) -> None:
        """Collect the names of template; a parameter that is not given has its longest known value."""
        known = {name: _longest(one) for name, one in template.get("Parameters", {}).items()}
        functions = dict.fromkeys(_functions(template), "x" * FUNCTION_NAME)
        self._values = {**PSEUDO, **known, **functions, **parameters}

    def fill(self, value: Any) -> Any:
        """Return value with its intrinsic functions replaced by text; of the two values of `Fn::If`, the longer one."""
        if function := function_of(value):
            return self._result(function, value[function])
        if isinstance(value, dict):
            return {name: self.fill(one) for name, one in value.items()}
        return [self.fill(one) for one in value] if isinstance(value, list) else value

    def _result(self, function: str, argument: Any) -> Any:
        result: Any = UNKNOWN
        match function, argument:
            case "Ref", str(name):
                result = self._name(name)
            case "Fn::GetAtt", [str(name), *_]:
                result = self._name(f"{name}.")  # an attribute, which may be an ARN
            case "Fn::Sub", str(text):
                result = _VARIABLE.sub(lambda one: f"${{{one[2]}}}" if one[1] else self._name(one[2]), text)
            case "Fn::Join", [str(between), list(parts)]:
                result = between.join(str(self.fill(part)) for part in parts)
            case "Fn::Join", [_, parts]:
                result = self.fill(parts)
            case "Fn::If", [_, first, second]:
                result = max(self.fill(first), self.fill(second), key=lambda one: len(str(one)))
        return result

    def _name(self, name: str) -> str:
        """Return the value of a name, or a text as long as the longest ARN that CloudFormation generates."""
        logical_id = name.partition(".")[0]
        return self._values.get(name, "x" * (ARN + STACK_NAME + 1 + len(logical_id) + RANDOM))


def _functions(template: Node) -> list[str]:
    """Return the logical IDs of the functions."""
    entries = template.get("Resources", {}).items()
    return [name for name, one in entries if isinstance(one, dict) and one.get("Type") == "AWS::Lambda::Function"]


def _longest(parameter: Node) -> str:
    """Return the longest known value of a parameter."""
    named = [parameter[name] for name in ("Default", "MaxValue") if name in parameter]
    values = map(str, [*parameter.get("AllowedValues", []), *named])
    return max(values, key=len, default=UNKNOWN)
