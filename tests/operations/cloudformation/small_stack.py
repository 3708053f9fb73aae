"""A small stack that moto can make: what it is made from, and how it shows."""

import json

import boto3

STACK = "pictures"
OURS = [{"ParameterKey": "ArtifactBucket", "ParameterValue": "artifacts"}]  # as CloudFormation tells it


def template(name: str = "first", **defaults: str | None) -> str:
    """Return a template with the one parameter that every deployment sets, and more with defaults; outputs tell those.

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
    """Return the display names of the topics that there are."""
    sns = boto3.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] for topic in topics]


BUCKET = "artifacts"  # where a deployment in moto finds its zips
