"""SQS as the service does it: FIFO order and duplicates, batches, redrive, long polls, sizes.

moto forgets a FIFO message's deduplication id when it is deleted, gives duplicates new ids, counts
characters and not bytes, fails a whole batch for one bad entry, deletes by outdated handles, waits
for ever on a clock that stands, and has no message move tasks. The rules:
models/queues.py and queue_calls.py.
"""


def join(lab_of) -> None:
    from copy import deepcopy

    from moto.core.responses import ActionResult
    from moto.moto_api._internal import mock_random
    from moto.sqs import models as moto
    from moto.sqs.exceptions import SQSException
    from moto.sqs.responses import SQSResponse

    from dealab.cloud.joining import replacing
    from dealab.models import queue_calls, queues

    Backend, Queue, Message = moto.SQSBackend, moto.Queue, moto.Message
    send, validate, set_attributes = (
        Backend.send_message,
        Backend._validate_message,
        Queue._set_attributes,
    )
    create, change = Backend.create_queue, Backend.set_queue_attributes

    def now() -> float:
        return lab_of().clock.time() * 1000

    on_backend, on_queue = replacing(Backend, SQSException), replacing(Queue, SQSException)
    on_response = replacing(SQSResponse, SQSException)

    # Queues

    @on_backend
    def create_queue(self, name, tags=None, **attributes):
        queue_calls.check_new(name, {k: v for k, v in attributes.items() if k != "region"})
        return create(self, name, tags, **attributes)

    @on_backend
    def set_queue_attributes(self, queue_name, attributes):
        queues.check_attributes(attributes or {})
        return change(self, queue_name, attributes)

    @on_queue
    def _set_attributes(self, attributes, moment=None):
        policy = attributes.get("RedrivePolicy")
        if policy and not Queue._is_empty_redrive_policy(policy):
            found = moto.sqs_backends[self.account_id][self.region].queues.values()
            queue_calls.check_redrive(self, policy, {one.queue_arn: one for one in found})
        set_attributes(self, attributes, moment)

    # Sending

    @on_backend
    def send_message(self, queue_name, message_body, message_attributes=None, **more):
        queue = self.get_queue(queue_name)
        given = message_body, message_attributes, more.get("deduplication_id")
        queue_calls.check_message(queue, *given)
        return send(self, queue_name, message_body, message_attributes, **more)

    @on_backend
    def _validate_message(self, queue, *args, **kwargs):
        text = kwargs.get("message_body") or (args[0] if args else "")
        limit, queue.maximum_message_size = queue.maximum_message_size, len(text)
        try:  # the size was checked, in bytes
            validate(self, queue, *args, **kwargs)
        finally:
            queue.maximum_message_size = limit

    @on_queue
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

    @on_backend
    def send_message_batch(self, queue_name, entries):
        queue, sent, failed = self.get_queue(queue_name), [], []
        queue_calls.check_batch(list(entries.values()))
        for entry in entries.values():
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

    @on_backend
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

    @on_queue
    def delete_message(self, receipt_handle):
        message = queue_calls.message_of(self._messages, self.deleted_messages, receipt_handle)
        if message and queue_calls.may_delete(message, receipt_handle, self.fifo_queue, now()):
            self._messages.remove(message)
            self.deleted_messages.update(message.all_receipt_handles)

    @on_backend
    def change_message_visibility(self, queue_name, receipt_handle, visibility_timeout):
        queue = self.get_queue(queue_name)
        held = queue._messages, queue.deleted_messages
        message = queue_calls.message_of(*held, receipt_handle)
        queue_calls.check_visibility(message, receipt_handle, now())
        message.visible_at = now() + int(visibility_timeout) * 1000

    # Moving dead letters back

    @on_response
    def start_message_move_task(self):
        asked = {name: self._get_param(name) for name in ("SourceArn", "DestinationArn")}
        backend = self.sqs_backend
        by_arn = {queue.queue_arn: queue for queue in backend.queues.values()}
        queue_calls.check_move(
            asked, by_arn, lambda queue: backend.list_dead_letter_source_queues(queue.name)
        )
        source, moved = by_arn[asked["SourceArn"]], 0
        for message in list(source._messages):
            home = getattr(message, "dead_letter_source", None)
            target = by_arn.get(asked["DestinationArn"] or home)
            if queues.waits(message, now()) or target is None:
                continue  # in flight, or put there by hand: it has no queue to go back to
            source._messages.remove(message)
            again = Message(str(mock_random.uuid4()), message.body, message.system_attributes)
            for name in ("message_attributes", "group_id", "deduplication_id", "sequence_number"):
                setattr(again, name, getattr(message, name))
            again.mark_sent()
            target._messages.append(again)
            moved += 1
        task = queue_calls.move_task(asked, str(mock_random.uuid4()), moved, now())
        source.__dict__.setdefault("move_tasks", []).insert(0, task)
        return ActionResult({"TaskHandle": task["TaskHandle"]})

    @on_response
    def list_message_move_tasks(self):
        arn, limit = self._get_param("SourceArn"), self._get_param("MaxResults") or 1
        for queue in self.sqs_backend.queues.values():
            if queue.queue_arn == arn:
                tasks = queue.__dict__.get("move_tasks", [])[: int(limit)]
                shown = [{k: v for k, v in t.items() if k != "TaskHandle"} for t in tasks]
                return ActionResult({"Results": shown})
        raise queue_calls.no_resource("SourceArn")

    @on_response
    def cancel_message_move_task(self):
        raise queue_calls.no_task()

    def counted(state):
        return property(lambda self: queues.states(self._messages, now())[state])

    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    Queue.redrive_allow_policy = None
    Queue.approximate_number_of_messages = counted("visible")
    Queue.approximate_number_of_messages_delayed = counted("delayed")
    Queue.approximate_number_of_messages_not_visible = counted("in flight")
