"""SNS to Lambda with the real message; moto sends a fixed example with a made-up topic."""


def join(lab_of) -> None:
    from moto.sns.models import Subscription

    from dealab.cloud import delivery

    publish = Subscription.publish

    def publish_or_invoke(self, message, message_id, **more):
        if self.protocol == "lambda":
            delivery.sns_to_lambda(self, message, message_id, **more)
        else:
            publish(self, message, message_id, **more)

    Subscription.publish = publish_or_invoke
