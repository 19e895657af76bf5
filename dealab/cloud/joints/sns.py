"""SNS: filter policies, FIFO topics, dead letters of a subscription, and Lambda with real messages.

moto sends Lambda a fixed example, lacks operators of filter policies, takes the text "false" for
raw delivery as true, knows no duplicates of FIFO topics and fails when an endpoint is gone.
"""

import hashlib
import json
import re

# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
LOOPBACK = r"https?://(localhost|127\.0\.0\.1|\[::1\])[:/]"
PROTOCOLS = (
    *("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"),
)


def join(lab_of) -> None:
    from botocore.exceptions import ClientError
    from moto.core.exceptions import HTTPException, ServiceException
    from moto.sns import models as moto
    from moto.sns.exceptions import SNSInvalidParameter, TopicNotFound
    from moto.sns.responses import SNSResponse

    from dealab.cloud import delivery
    from dealab.models import filter_policies, queues

    Subscription, Topic, Backend = moto.Subscription, moto.Topic, moto.SNSBackend
    send, fan_out, check_policy = (
        Subscription.publish,
        Topic.publish,
        Backend._validate_filter_policy,
    )
    respond, respond_subscribe = SNSResponse.publish, SNSResponse.subscribe
    subscribe = Backend.subscribe

    def passes(subscription, message: str, attributes) -> bool:
        policy = subscription._filter_policy
        if not policy:
            return True
        if subscription.attributes.get("FilterPolicyScope") == "MessageBody":
            return filter_policies.body_matches(policy, message)
        return filter_policies.matches(policy, attributes)

    def publish_one(self, message, message_id, **more):
        pending = self.attributes.get("PendingConfirmation") is True
        if pending or not passes(self, message, more.get("message_attributes")):
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

    def parsed(message: str):
        try:
            return json.loads(message)
        except ValueError:
            return None

    def publish_all(self, message, **more):
        if len(message.encode()) > moto.MAXIMUM_MESSAGE_LENGTH:
            raise SNSInvalidParameter("Invalid parameter: Message too long")
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

    def checked_subscribe(self, topic_arn, endpoint, protocol, *args, **kwargs):
        if protocol not in PROTOCOLS:
            raise SNSInvalidParameter(
                f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
            )
        return subscribe(self, topic_arn, endpoint, protocol, *args, **kwargs)

    def answer_subscribe(self):
        """A subscription is made whole or not at all; what is outside AWS must confirm it."""
        policy = self._get_attributes().get("FilterPolicy")
        if policy and parsed(policy) is None:
            raise SNSInvalidParameter("Invalid parameter: FilterPolicy: failed to parse JSON.")
        before = set(self.backend.subscriptions)
        try:
            answer = respond_subscribe(self)
        except ServiceException:
            for arn in set(self.backend.subscriptions) - before:
                del self.backend.subscriptions[arn]
            raise
        protocol, endpoint = self._get_param("Protocol"), self._get_param("Endpoint") or ""
        outside = protocol in ("http", "https") and not re.match(LOOPBACK, endpoint)
        if protocol in ("email", "email-json") or outside:
            made = self.backend.subscriptions[answer.result["SubscriptionArn"]]
            made.attributes["PendingConfirmation"] = True
            if not self._get_param("ReturnSubscriptionArn"):
                answer.result["SubscriptionArn"] = "pending confirmation"
        return answer

    def checked_policy(self, value, scope):
        """moto's check, which knows every operator but ``cidr``."""

        def without_cidr(part):
            if isinstance(part, dict):
                return {key: without_cidr(inner) for key, inner in part.items()}
            if not isinstance(part, list):
                return part
            networks = [isinstance(one, dict) and set(one) == {"cidr"} for one in part]
            return [
                "address" if network else without_cidr(one)
                for one, network in zip(part, networks, strict=True)
            ]

        check_policy(self, without_cidr(value), scope)

    def publish(self):
        message, arn = self._get_param("Message"), self._get_param("TopicArn")
        if not message:
            raise SNSInvalidParameter("Invalid parameter: Empty message")
        if self._get_param("MessageStructure") == "json":
            document, words = parsed(message), "Invalid parameter: Message Structure - "
            if not isinstance(document, dict):
                raise SNSInvalidParameter(words + "JSON message body failed to parse")
            if "default" not in document:
                raise SNSInvalidParameter(words + "No default entry in JSON message body")
        if (arn or "").count(":") == 5 and arn not in self.backend.topics:
            raise TopicNotFound()
        answer = respond(self)
        topic = self.backend.topics.get(self._get_param("TopicArn"))
        if topic is not None and topic.fifo_topic:
            sent = topic.__dict__.setdefault("sequence", {})
            number = sent.setdefault(answer.result["MessageId"], len(sent) + 1)
            answer.result["SequenceNumber"] = f"{10_000_000_000_000_000_000 + number}"
        return answer

    Subscription.publish, Topic.publish = publish_one, publish_all
    Backend._validate_filter_policy = checked_policy
    SNSResponse.publish, SNSResponse.subscribe = publish, answer_subscribe
    Backend.subscribe = checked_subscribe
