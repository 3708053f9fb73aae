"""A small stack that moto can create, and how a test sees it."""

import json

import boto3

STACK = "pictures"
OWN_PARAMETERS = [{"ParameterKey": "ArtifactBucket", "ParameterValue": "artifacts"}]  # as CloudFormation describes it


def template(name: str = "first", **defaults: str | None) -> str:
    """Return a template with the parameter that every deployment sets, and more with defaults, which are outputs too.

    name is its topic's display name.
    """
    topic = {"DisplayName": {"Fn::Sub": f"{name} ${{ArtifactBucket}}"}}
    more = {parameter: {"Type": "String", "Default": value} for parameter, value in defaults.items()}
    found = {
        "Parameters": {"ArtifactBucket": {"Type": "String"}, **more},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": topic}},
    }
    outputs = {parameter: {"Value": {"Ref": parameter}} for parameter in more}
    return json.dumps(found | ({"Outputs": outputs} if outputs else {}))


def display_names() -> list[str]:
    """Return the display names of all topics."""
    sns = boto3.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] for topic in topics]


BUCKET = "artifacts"  # where a deployment in moto finds its zips
