"""A small stack that moto can make: what it is made from, and how it shows."""

import json

import boto3

STACK = "pictures"


def template(name: str = "first") -> str:
    """Return a template with the one parameter that every deployment sets; name is its topic's display name."""
    topic = {"DisplayName": {"Fn::Sub": f"{name} ${{ArtifactBucket}}"}}
    resources = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": topic}}
    return json.dumps({"Parameters": {"ArtifactBucket": {"Type": "String"}}, "Resources": resources})


def display_names() -> list[str]:
    """Return the display names of the topics that there are."""
    sns = boto3.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] for topic in topics]
