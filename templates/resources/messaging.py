"""Events and notifications: the rule, the queues and the topic."""

from dataclasses import dataclass

import awacs.sns
import awacs.sqs
from awacs.aws import ArnEquals, Condition, Principal
from troposphere import GetAtt, Ref, Template, events, s3, sns, sqs

from lambdas.domain.object_keys import UPLOADS
from templates.iam.policies import allow, deny_without_tls, policy_document
from workflow.contracts.durations import DAY, DEAD_LETTER_RETENTION

RETENTION = 7 * DAY
MAX_RECEIVES = 5  # deliveries before a message goes to the dead-letter queue


def visibility_timeout(trigger_timeout: int) -> int:
    """Return the visibility timeout of the queue, seconds: AWS asks for six times the timeout of the function."""
    return 6 * trigger_timeout


def delivery_seconds(trigger_timeout: int) -> int:
    """Return how long all deliveries of a message take, seconds; one that always fails is a dead-letter message by then."""
    return MAX_RECEIVES * visibility_timeout(trigger_timeout)


@dataclass(frozen=True)
class Messaging:
    """The queues of the stack, and the topic for notifications of final statuses."""

    queue: sqs.Queue
    dead_letter_queue: sqs.Queue
    topic: sns.Topic


def add_messaging(template: Template, upload_bucket: s3.Bucket, trigger_timeout: int) -> Messaging:
    """Add rule, queues and topic to template; trigger_timeout is the timeout of the function that reads the queue, seconds."""
    dead = template.add_resource(_queue("DeadLetterQueue", DEAD_LETTER_RETENTION))
    queue = template.add_resource(
        _queue(
            "ProcessingQueue",
            RETENTION,
            VisibilityTimeout=visibility_timeout(trigger_timeout),
            ReceiveMessageWaitTimeSeconds=20,
            RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(dead, "Arn"), maxReceiveCount=MAX_RECEIVES),
        )
    )
    rule = template.add_resource(_upload_rule(upload_bucket, queue, dead))
    template.add_resource(_queue_policy(queue, rule, "let the rule send events"))
    template.add_resource(_queue_policy(dead, rule, "let the rule send what it cannot deliver"))
    topic = template.add_resource(sns.Topic("NotificationTopic", KmsMasterKeyId="alias/aws/sns"))
    template.add_resource(_topic_policy(topic))
    return Messaging(queue, dead, topic)


def _queue(name: str, retention: int, **properties: object) -> sqs.Queue:
    return sqs.Queue(
        name,
        MessageRetentionPeriod=retention,
        SqsManagedSseEnabled=True,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **properties,
    )


def _upload_rule(bucket: s3.Bucket, queue: sqs.Queue, dead: sqs.Queue) -> events.Rule:
    """Return the rule that sends new uploads, and nothing else, to queue; undeliverable events go to dead.

    Copies are not sent: ImportFunction copies, and starts what it has copied itself, so that the queue is for people.
    """
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [Ref(bucket)]},
            "object": {"key": [{"prefix": UPLOADS}]},
            "reason": [{"anything-but": ["CopyObject"]}],
        },
    }
    target = events.Target(
        Id="ProcessingQueue",
        Arn=GetAtt(queue, "Arn"),
        DeadLetterConfig=events.DeadLetterConfig(Arn=GetAtt(dead, "Arn")),
    )
    return events.Rule("UploadRule", EventPattern=pattern, State="ENABLED", Targets=[target])


def _queue_policy(queue: sqs.Queue, rule: events.Rule, purpose: str) -> sqs.QueuePolicy:
    from_rule = allow(
        purpose,
        [awacs.sqs.SendMessage],
        GetAtt(queue, "Arn"),
        Principal=Principal("Service", "events.amazonaws.com"),
        Condition=Condition(ArnEquals("aws:SourceArn", GetAtt(rule, "Arn"))),
    )
    policy = policy_document(from_rule, deny_without_tls([awacs.sqs.Action("*")], [GetAtt(queue, "Arn")]))
    return sqs.QueuePolicy(f"{queue.title}Policy", Queues=[Ref(queue)], PolicyDocument=policy)


def _topic_policy(topic: sns.Topic) -> sns.TopicPolicy:
    policy = policy_document(deny_without_tls([awacs.sns.Publish], [Ref(topic)]))
    return sns.TopicPolicy("NotificationTopicPolicy", Topics=[Ref(topic)], PolicyDocument=policy)
