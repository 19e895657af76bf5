"""SQS as the service does it: FIFO order and duplicates, batches, redrive, long polls, sizes.

moto forgets a FIFO message's deduplication id when it is deleted, gives duplicates new ids, counts
characters and not bytes, fails a whole batch for one bad entry, deletes by outdated handles, waits
for ever on a clock that stands, and has no message move tasks. The rules: models/queues.py.
"""

import json


def join(lab_of) -> None:
    from copy import deepcopy

    from moto.core.responses import ActionResult
    from moto.moto_api._internal import mock_random
    from moto.sqs import models as moto
    from moto.sqs.exceptions import InvalidParameterValue, MissingParameter, SQSException
    from moto.sqs.responses import SQSResponse

    from dealab.models import queues
    from dealab.models.refusals import Refused

    Backend, Queue, Message = moto.SQSBackend, moto.Queue, moto.Message
    send, validate, set_attributes = (
        Backend.send_message,
        Backend._validate_message,
        Queue._set_attributes,
    )

    def now() -> float:
        return lab_of().clock.time() * 1000

    # Queues

    def check_attributes(attributes):
        try:
            queues.check_attributes(attributes or {})
        except Refused as error:
            raise SQSException(error.code, str(error)) from error

    create_queue, set_queue_attributes = Backend.create_queue, Backend.set_queue_attributes

    def checked_create_queue(self, name, tags=None, **attributes):
        asked = {key: value for key, value in attributes.items() if key != "region"}
        check_attributes(asked)
        if name.endswith(".fifo") and str(asked.get("FifoQueue")).lower() != "true":
            raise InvalidParameterValue(
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in "
                "length"
            )
        return create_queue(self, name, tags, **attributes)

    def checked_set_attributes(self, queue_name, attributes):
        check_attributes(attributes)
        return set_queue_attributes(self, queue_name, attributes)

    Backend.create_queue = checked_create_queue
    Backend.set_queue_attributes = checked_set_attributes

    # Sending

    def send_message(self, queue_name, message_body, message_attributes=None, **more):
        queue = self.get_queue(queue_name)
        if not message_body:
            raise MissingParameter("MessageBody")
        if not queues.is_allowed_text(message_body):
            raise SQSException(
                "InvalidMessageContents",
                "Invalid binary character was found in the message body, the set of allowed "
                "characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to "
                "#x10FFFF",
            )
        if queues.size(message_body, message_attributes) > queue.maximum_message_size:
            raise InvalidParameterValue(
                "One or more parameters are invalid. Reason: Message must be shorter than "
                f"{queue.maximum_message_size} bytes."
            )
        if not queue.fifo_queue and more.get("deduplication_id"):
            raise InvalidParameterValue(
                f"Value {more['deduplication_id']} for parameter MessageDeduplicationId is "
                "invalid. Reason: The request includes a parameter that is not valid for this "
                "queue type."
            )
        return send(self, queue_name, message_body, message_attributes, **more)

    def validate_message(self, queue, *args, **kwargs):
        text = kwargs.get("message_body") or (args[0] if args else "")
        limit, queue.maximum_message_size = queue.maximum_message_size, len(text)
        try:  # the size was checked, in bytes
            validate(self, queue, *args, **kwargs)
        finally:
            queue.maximum_message_size = limit

    def add_message(self, message):
        if self.fifo_queue:
            seen = self.__dict__.setdefault("duplicates", queues.Duplicates())
            group = message.group_id if self.deduplication_scope == "messageGroup" else None
            first = seen.earlier(message.deduplication_id, group, now() / 1000)
            if first:  # accepted, not delivered again, answered with the first one's numbers
                message.id, message.sequence_number = first
                return
            self.sent = self.__dict__.get("sent", 0) + 1
            message.sequence_number = str(queues.FIRST_SEQUENCE_NUMBER + 256 * self.sent)
            sent = (message.id, message.sequence_number)
            seen.remember(message.deduplication_id, group, now() / 1000, sent)
        with self._messages_lock:
            self._messages.append(message)
            self._messages_lock.notify_all()

    def send_message_batch(self, queue_name, entries):
        queue = self.get_queue(queue_name)
        listed = list(entries.values())
        if len(listed) > 10:
            raise moto.TooManyEntriesInBatchRequest(len(listed))
        if any(not moto.re.match(r"^[\w-]{1,80}$", entry["Id"]) for entry in listed):
            raise moto.InvalidBatchEntryId()
        if twice := self._get_first_duplicate_id([entry["Id"] for entry in listed]):
            raise moto.BatchEntryIdsNotDistinct(twice)
        total = sum(queues.size(e["MessageBody"], e["MessageAttributes"]) for e in listed)
        if total > queues.MAXIMUM_BYTES:
            raise moto.BatchRequestTooLong(total)
        sent, failed = [], []
        for entry in listed:
            try:
                message = self.send_message(
                    queue.name,
                    entry["MessageBody"],
                    message_attributes=entry["MessageAttributes"],
                    delay_seconds=entry["DelaySeconds"],
                    group_id=entry.get("MessageGroupId"),
                    deduplication_id=entry.get("MessageDeduplicationId"),
                    system_attributes=entry.get("MessageSystemAttributes"),
                )
            except SQSException as error:
                failed.append(
                    {
                        "Id": entry["Id"],
                        "SenderFault": True,
                        "Code": error.code,
                        "Message": error.message,
                    }
                )
                continue
            message = deepcopy(message)  # its Id is this entry's alone
            message.user_id = entry["Id"]
            sent.append(message)
        return sent, failed

    # Receiving

    def receive_message(self, queue_name, count, wait, visibility, names=None):
        queue, lab = self.get_queue(queue_name), lab_of()
        until = now() + (wait or 0) * 1000
        while True:
            got = _take(queue, count, visibility)
            if got or now() >= until:
                break
            if lab.clock.stands:
                # A waiting caller sees time pass up to the next message, or to the end of the wait.
                due = queues.next_visible(queue._messages, now())
                lab.clock.sleep((min(until, due or until) - now()) / 1000 + 0.001)
            else:
                queue.wait_for_messages(min(1, (until - now()) / 1000))
        copies = []
        for message in got:
            copies.append(deepcopy(message))
            moto._filter_message_attributes(copies[-1], names or [])
        return copies

    def _take(queue, count: int, visibility: int) -> list:
        moment = now()
        kept = queue.message_retention_period * 1000
        with queue._messages_lock:
            queue._messages = [m for m in queue._messages if m.sent_timestamp + kept > moment]
            policy = queue.redrive_policy if queue.dead_letter_queue is not None else None
            limit = policy["maxReceiveCount"] if policy else None
            got, moved = queues.take(queue._messages, moment, count, queue.fifo_queue, limit)
            for message in moved:
                queue._messages.remove(message)
                message.dead_letter_source = queue.queue_arn
                queue.dead_letter_queue._messages.append(message)
            for message in got:
                message.mark_received(visibility_timeout=visibility)
                message.visible_at = moment + int(visibility) * 1000
        return got

    def in_flight(self, handle: str):
        """The message that ``handle`` was given for, or None when it is deleted."""
        for message in self._messages:
            if message.had_receipt_handle(handle):
                return message
        if handle in self.deleted_messages:
            return None
        raise moto.ReceiptHandleIsInvalid()

    def delete_message(self, receipt_handle):
        message = in_flight(self, receipt_handle)
        if message is None:
            return
        outdated = message.receipt_handle != receipt_handle
        if self.fifo_queue and (outdated or message.visible_at <= now()):
            raise InvalidParameterValue(
                f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: The "
                "receipt handle has expired."
            )
        if not outdated:  # of a standard queue: answered as done, and the message stays
            self._messages.remove(message)
            self.deleted_messages.update(message.all_receipt_handles)

    def change_message_visibility(self, queue_name, receipt_handle, visibility_timeout):
        message = in_flight(self.get_queue(queue_name), receipt_handle)
        if message is None or message.visible_at <= now():
            raise SQSException(
                "AWS.SimpleQueueService.MessageNotInflight",
                f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: Message "
                "does not exist or is not available for visibility timeout change.",
            )
        message.visible_at = now() + int(visibility_timeout) * 1000

    # Redrive

    def _set_checked_attributes(self, attributes, moment=None):
        policy = attributes.get("RedrivePolicy")
        target = None
        if policy and not Queue._is_empty_redrive_policy(policy):
            document = json.loads(policy) if isinstance(policy, str) else policy
            found = moto.sqs_backends[self.account_id][self.region].queues.values()
            arn = document.get("deadLetterTargetArn")
            target = next((queue for queue in found if queue.queue_arn == arn), None)
            if not 1 <= int(document.get("maxReceiveCount", 1)) <= 1000:
                raise InvalidParameterValue(
                    f"Value {json.dumps(document)} for parameter RedrivePolicy is invalid. Reason: "
                    "Invalid value for maxReceiveCount: "
                    f"{document['maxReceiveCount']}, valid values are from 1 to 1000 both "
                    "inclusive."
                )
        if target is not None:
            if target.name.endswith(".fifo") != self.name.endswith(".fifo"):
                raise InvalidParameterValue(
                    f"Value {json.dumps(document)} for parameter RedrivePolicy is invalid. Reason: "
                    "Dead-letter target must be same type of queue as the source."
                )
            allow = json.loads(getattr(target, "redrive_allow_policy", None) or "{}")
            kind, named = allow.get("redrivePermission"), allow.get("sourceQueueArns", [])
            by_name = kind == "byQueue" and self.queue_arn not in named
            if kind == "denyAll" or by_name:
                raise InvalidParameterValue(
                    f"Value {policy} for parameter RedrivePolicy is invalid. Reason: Queue "
                    f"{self.queue_arn} is not permitted to use {target.queue_arn} as its "
                    "dead-letter queue: see the RedriveAllowPolicy of that queue."
                )
        set_attributes(self, attributes, moment)

    def start_message_move_task(self):
        backend = self.sqs_backend
        source_arn, target_arn = self._get_param("SourceArn"), self._get_param("DestinationArn")
        by_arn = {queue.queue_arn: queue for queue in backend.queues.values()}
        for name, arn in (("SourceArn", source_arn), ("DestinationArn", target_arn)):
            if arn and arn not in by_arn:
                raise SQSException(
                    "ResourceNotFoundException",
                    f"The resource that you specified for the {name} parameter doesn't exist.",
                )
        source = by_arn[source_arn]
        if not backend.list_dead_letter_source_queues(source.name):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        moved = 0
        for message in list(source._messages):
            target = by_arn.get(target_arn or getattr(message, "dead_letter_source", None))
            if queues.waits(message, now()) or target is None:
                continue  # in flight, or put there by hand: it has no queue to go back to
            source._messages.remove(message)
            again = Message(str(mock_random.uuid4()), message.body, message.system_attributes)
            again.message_attributes = message.message_attributes
            again.group_id, again.deduplication_id = message.group_id, message.deduplication_id
            again.sequence_number = message.sequence_number
            again.mark_sent()
            target._messages.append(again)
            moved += 1
        task = {
            "TaskHandle": str(mock_random.uuid4()),
            "Status": "COMPLETED",
            "SourceArn": source_arn,
            "ApproximateNumberOfMessagesMoved": moved,
            "ApproximateNumberOfMessagesToMove": moved,
            "StartedTimestamp": int(now()),
        }
        if target_arn:
            task["DestinationArn"] = target_arn
        source.__dict__.setdefault("move_tasks", []).insert(0, task)
        return ActionResult({"TaskHandle": task["TaskHandle"]})

    def list_message_move_tasks(self):
        arn, limit = self._get_param("SourceArn"), self._get_param("MaxResults") or 1
        for queue in self.sqs_backend.queues.values():
            if queue.queue_arn == arn:
                tasks = queue.__dict__.get("move_tasks", [])[: int(limit)]
                shown = [{k: v for k, v in t.items() if k != "TaskHandle"} for t in tasks]
                return ActionResult({"Results": shown})
        raise SQSException(
            "ResourceNotFoundException",
            "The resource that you specified for the SourceArn parameter doesn't exist.",
        )

    def cancel_message_move_task(self):
        raise SQSException(
            "ResourceNotFoundException", "Task does not exist or is not running any more."
        )

    def counted(state):
        return property(lambda self: queues.states(self._messages, now())[state])

    Backend.send_message, Backend.send_message_batch = send_message, send_message_batch
    Backend._validate_message, Backend.receive_message = validate_message, receive_message
    Backend.change_message_visibility = change_message_visibility
    Queue.add_message, Queue.delete_message = add_message, delete_message
    Queue._set_attributes = _set_checked_attributes
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    Queue.redrive_allow_policy = None
    Queue.approximate_number_of_messages = counted("visible")
    Queue.approximate_number_of_messages_delayed = counted("delayed")
    Queue.approximate_number_of_messages_not_visible = counted("in flight")
    SQSResponse.start_message_move_task = start_message_move_task
    SQSResponse.list_message_move_tasks = list_message_move_tasks
    SQSResponse.cancel_message_move_task = cancel_message_move_task
