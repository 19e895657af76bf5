"""SNS: filter policies, FIFO topics, dead letters of a subscription, and Lambda with real messages.

moto sends Lambda a fixed example, lacks operators of filter policies, takes the text "false" for
raw delivery as true, knows no duplicates of FIFO topics and fails when an endpoint is gone.
"""

import hashlib
import json


def join(lab_of) -> None:
    from botocore.exceptions import ClientError
    from moto.core.exceptions import HTTPException, ServiceException
    from moto.sns import models as moto
    from moto.sns.exceptions import SNSInvalidParameter, TopicNotFound
    from moto.sns.responses import SNSResponse

    from dealab.cloud import delivery
    from dealab.cloud.joining import replacing
    from dealab.models import queues, topics

    Subscription, Topic, Backend = moto.Subscription, moto.Topic, moto.SNSBackend
    send, fan_out, check_policy = (
        Subscription.publish,
        Topic.publish,
        Backend._validate_filter_policy,
    )
    respond, respond_subscribe = SNSResponse.publish, SNSResponse.subscribe

    def error(code, message):
        return SNSInvalidParameter(message)

    def publish_one(self, message, message_id, **more):
        pending = self.attributes.get("PendingConfirmation") is True
        scope, attributes = self.attributes.get("FilterPolicyScope"), more.get("message_attributes")
        if pending or not topics.passes(self._filter_policy, scope, message, attributes):
            return
        try:
            hand_over(self, message, message_id, **more)
        except (ServiceException, HTTPException, ClientError):  # the endpoint is gone
            letters = json.loads(self.attributes.get("RedrivePolicy") or "{}")
            if not (target := letters.get("deadLetterTargetArn")):
                return  # as on the service, the message is lost for this subscription
            own = self.protocol, self.endpoint
            self.protocol, self.endpoint = "sqs", target
            try:
                hand_over(self, message, message_id, **more)
            finally:
                self.protocol, self.endpoint = own

    def hand_over(self, message, message_id, **more):
        deliverable = self.protocol in ("sqs", "lambda")
        if deliverable and not lab_of().permissions.may_deliver(self.topic_arn, self.endpoint):
            raise ServiceException("AuthorizationError", "The endpoint's policy refuses SNS.")
        raw = str(self.attributes.get("RawMessageDelivery")).lower() == "true"
        if self.protocol == "lambda":
            delivery.sns_to_lambda(self, message, message_id, **more)
        elif self.protocol == "firehose":
            document = self.get_post_data(message, message_id, more.get("subject"))
            delivery.deliver(self.endpoint, (message if raw else json.dumps(document)) + "\n")
        else:
            kept, matcher = self.attributes, self._filter_policy_matcher
            self.attributes = {**kept, "RawMessageDelivery": raw}
            self._filter_policy_matcher = None
            try:
                send(self, message, message_id, **more)
            finally:
                self.attributes, self._filter_policy_matcher = kept, matcher

    def publish_all(self, message, **more):
        topics.check_size(message)
        if not self.fifo_topic:
            return fan_out(self, message, **more)
        if not more.get("deduplication_id"):
            more["deduplication_id"] = hashlib.sha256(message.encode()).hexdigest()
        seen = self.__dict__.setdefault("duplicates", queues.Duplicates())
        now, identifier = lab_of().clock.time(), more["deduplication_id"]
        sent = seen.earlier(identifier, None, now)
        if sent is None:
            sent = fan_out(self, message, **more)
            seen.remember(identifier, None, now, sent)
        return sent

    @replacing(SNSResponse, error)
    def subscribe(self):
        """A subscription is made whole or not at all; what is outside AWS must confirm it."""
        protocol, endpoint = self._get_param("Protocol"), self._get_param("Endpoint") or ""
        topics.check_subscription(protocol, self._get_attributes())
        before = set(self.backend.subscriptions)
        try:
            answer = respond_subscribe(self)
        except ServiceException:
            for arn in set(self.backend.subscriptions) - before:
                del self.backend.subscriptions[arn]
            raise
        if topics.needs_confirmation(protocol, endpoint):
            made = self.backend.subscriptions[answer.result["SubscriptionArn"]]
            made.attributes["PendingConfirmation"] = True
            if not self._get_param("ReturnSubscriptionArn"):
                answer.result["SubscriptionArn"] = "pending confirmation"
        return answer

    def checked_policy(self, value, scope):
        """moto's check, which knows every operator but ``cidr``."""
        check_policy(self, topics.without_cidr(value), scope)

    @replacing(SNSResponse, error)
    def publish(self):
        arn = self._get_param("TopicArn")
        topics.check_message(self._get_param("Message"), self._get_param("MessageStructure"))
        if (arn or "").count(":") == 5 and arn not in self.backend.topics:
            raise TopicNotFound()
        answer = respond(self)
        topic = self.backend.topics.get(self._get_param("TopicArn"))
        if topic is not None and topic.fifo_topic:
            sent = topic.__dict__.setdefault("sequence", {})
            number = topics.sequence_number(sent, answer.result["MessageId"])
            answer.result["SequenceNumber"] = number
        return answer

    Subscription.publish = publish_one
    publish_all.__name__ = "publish"
    replacing(Topic, error)(publish_all)
    Backend._validate_filter_policy = checked_policy
