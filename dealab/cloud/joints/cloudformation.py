"""CloudFormation's calls, answered by ``dealab.models.stack_calls`` and not by moto.

moto "succeeds" on types that it does not know and makes resources past its own checks.
"""

import functools

REFUSED = {
    "detect_stack_drift": "finds where resources differ from their template",
    "detect_stack_resource_drift": "finds where a resource differs from its template",
    "create_stack_set": "deploys one template to many accounts and Regions",
    "create_stack_instances": "deploys a stack set to accounts and Regions",
    "set_stack_policy": "protects resources of a stack against updates",
    "register_type": "adds a resource type of your own",
}


def join(lab_of) -> None:
    from moto.cloudformation.exceptions import ValidationError
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.core.responses import ActionResult

    from dealab.models.stack_calls import ACTIONS
    from dealab.models.templates import NotInLab, TemplateError
    from dealab.sql.errors import LabLimit

    def answered(action):
        @functools.wraps(action)
        def method(self):
            try:
                return ActionResult(action(_stacks(self, lab_of), _asked(self)))
            except TemplateError as error:
                refusal = ValidationError(message=str(error))
                refusal.code = refusal.error_type = getattr(error, "code", "ValidationError")
                raise refusal from error
            except NotInLab as error:
                raise LabLimit(
                    f"{error} of CloudFormation",
                    "CloudFormation takes all types and functions of the registry and of its own.",
                    "A change set shows what a template would do before it does it.",
                ) from error

        return method

    def refusing(name, does):
        def method(self):
            raise LabLimit(
                f"{name} of CloudFormation",
                f"CloudFormation {does}.",
                "A stack set deploys to many accounts and Regions; drift is what changed by hand.",
            )

        return method

    CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER = {}  # of moto's own answers
    for action in ACTIONS:
        setattr(CloudFormationResponse, action.__name__, answered(action))
    for name, does in REFUSED.items():
        setattr(CloudFormationResponse, name, refusing(name, does))


def _stacks(response, lab_of):
    from dealab.cloud.resources import Maker
    from dealab.models.stacks import Stacks

    backend, lab = response.cloudformation_backend, lab_of()
    if getattr(backend, "stacks_of", None) is not lab:
        account, region = response.current_account, response.region
        backend.stacks_of, backend.lab_stacks = (
            lab,
            Stacks(Maker(lab, account, region), account, region),
        )
    return backend.lab_stacks


def _asked(response) -> dict:
    asked = response._get_params()
    if asked.get("TemplateURL"):
        asked["TemplateBody"] = response._get_stack_from_s3_url(asked["TemplateURL"])
    return asked
