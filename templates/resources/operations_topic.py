"""The topic of the alarms for operators, and the key that encrypts its messages."""

import awacs.kms
import awacs.sns
from awacs.aws import ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import Ref, Sub, Template, kms, sns

from templates.iam.policies import ALL_RESOURCES, allow, deny_without_tls, policy_document

CLOUDWATCH = Principal("Service", "cloudwatch.amazonaws.com")
# The actions that administer the key but do not use it. In a key policy, `*` is the key itself.
KEY_ADMINISTRATION = [
    awacs.kms.CancelKeyDeletion,
    awacs.kms.DescribeKey,
    awacs.kms.DisableKey,
    awacs.kms.DisableKeyRotation,
    awacs.kms.EnableKey,
    awacs.kms.EnableKeyRotation,
    awacs.kms.GetKeyPolicy,
    awacs.kms.GetKeyRotationStatus,
    awacs.kms.ListResourceTags,
    awacs.kms.PutKeyPolicy,
    awacs.kms.ScheduleKeyDeletion,
    awacs.kms.TagResource,
    awacs.kms.UntagResource,
    awacs.kms.UpdateKeyDescription,
]


def add_operations_topic(template: Template) -> sns.Topic:
    """Add the topic that alarms publish to, with AlarmEmail as a subscriber, and return it."""
    key = template.add_resource(_key())
    topic = template.add_resource(sns.Topic("OperationsTopic", KmsMasterKeyId=Ref(key)))
    template.add_resource(_topic_policy(topic))
    template.add_resource(
        sns.SubscriptionResource(
            "OperationsEmail",
            TopicArn=Ref(topic),
            Protocol="email",
            Endpoint=Ref("AlarmEmail"),
            Condition="HasAlarmEmail",
        )
    )
    return topic


def _key() -> kms.Key:
    """Return a customer managed key: alarms cannot publish to a topic that is encrypted with the AWS managed key."""
    account = Principal("AWS", Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"))
    policy = policy_document(
        allow("let the account administer the key", KEY_ADMINISTRATION, ALL_RESOURCES, Principal=account),
        allow(
            "let alarms publish",
            [awacs.kms.Decrypt, awacs.kms.GenerateDataKey],
            ALL_RESOURCES,
            Principal=CLOUDWATCH,
            Condition=_own_alarms(),
        ),
    )
    return kms.Key(
        "OperationsKey",
        Description=Sub("${AWS::StackName}: notifications of alarms"),
        EnableKeyRotation=True,
        KeyPolicy=policy,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def _topic_policy(topic: sns.Topic) -> sns.TopicPolicy:
    from_alarms: Statement = allow(
        "let alarms publish", [awacs.sns.Publish], Ref(topic), Principal=CLOUDWATCH, Condition=_own_alarms()
    )
    policy = policy_document(from_alarms, deny_without_tls([awacs.sns.Publish], [Ref(topic)]))
    return sns.TopicPolicy("OperationsTopicPolicy", Topics=[Ref(topic)], PolicyDocument=policy)


def _own_alarms() -> Condition:
    """Return the condition that CloudWatch acts for an alarm of this account; it sends these keys to SNS and to KMS."""
    alarms = Sub("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*")
    return Condition([ArnLike("aws:SourceArn", alarms), StringEquals("aws:SourceAccount", Ref("AWS::AccountId"))])
