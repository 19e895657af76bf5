"""Every boto3 call of this process, written down as it ends: ``lab.calls``.

Calls of the lab's own machinery (a rule that delivers, a mapping that polls) are marked ``by_lab``;
those of a handler are its own. CloudTrail look-ups and Config read from here.
"""

import threading
import uuid

from dealab.models.trail import GLOBAL, Call, user_identity

KEPT = 100_000  # the oldest calls are dropped beyond this number
_depth = threading.local()
_installed = False


def install(lab_of) -> None:
    """Wrap the one method that every operation of a boto3 client runs through."""
    global _installed
    if _installed:
        return
    _installed = True
    import botocore.handlers
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    make = BaseClient._make_api_call

    def _make_api_call(self, operation_name, api_params):
        from dealab.cloud.handlers import in_handler

        lab = lab_of()
        if lab is None:
            return make(self, operation_name, api_params)
        within = getattr(_depth, "calls", 0)
        by_lab = bool(within or lab.clock.happening) and not in_handler()
        _depth.calls = within + 1
        try:
            answer = make(self, operation_name, api_params)
        except ClientError as error:
            _note(lab, self, operation_name, api_params, error.response, by_lab)
            raise
        finally:
            _depth.calls = within
        _note(lab, self, operation_name, api_params, answer, by_lab)
        return answer

    BaseClient._make_api_call = _make_api_call

    class Tokens:
        """``uuid`` for botocore: the tokens that the SDK makes up are the same in every run."""

        @staticmethod
        def uuid4():
            from moto.moto_api._internal import mock_random

            return mock_random.uuid4() if lab_of() else uuid.uuid4()

        def __getattr__(self, name):
            return getattr(uuid, name)

    botocore.handlers.uuid = Tokens()


def _note(lab, client, operation: str, parameters: dict, answer: dict, by_lab: bool) -> None:
    model = client.meta.service_model
    key = getattr(client._request_signer._credentials, "access_key", "") or ""
    who = lab.permissions.principals.of_key(key) if key else None
    who = who and who.principal
    kind = who.kind if who else "anonymous"
    error = answer.get("Error")
    error = error if isinstance(error, dict) else None  # some answers have a text of that name
    number = len(lab.calls) + lab.calls_dropped
    metadata = answer.get("ResponseMetadata", {})
    call = Call(
        time=lab.clock.now(),
        service=model.service_name,
        source={"dynamodbstreams": "dynamodb"}.get(model.service_name, model.endpoint_prefix),
        operation=operation,
        region="us-east-1" if model.service_name in GLOBAL else client.meta.region_name,
        account=who.account if who else lab.account,
        access_key=key,
        caller=user_identity(
            kind, who.arn if who else "", who.account if who else "",
            who.id if who else "", key, who.role if who else "",
        ),
        parameters=parameters,
        response=answer,
        error=(error["Code"], error.get("Message", "")) if error else None,
        request_id=metadata.get("RequestId", ""),
        # Not from moto's random numbers, so that looking on changes nothing of what comes.
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{lab.account}/{number}")),
        by_lab=by_lab,
    )  # fmt: skip
    if not call.management:  # contents would fill the memory, and no event shows them
        plain = {k: v for k, v in parameters.items() if isinstance(v, (str, int, bool))}
        call.parameters, call.response = plain, {}
    elif call.read_only:
        call.response = {}
    lab.calls.append(call)
    if len(lab.calls) > KEPT:
        lab.calls_dropped += KEPT // 10
        del lab.calls[: KEPT // 10]
