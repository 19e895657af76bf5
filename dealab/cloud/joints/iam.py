"""IAM: boundaries of users, AWS managed policies when named, checked documents, the simulator.

moto knows no boundary of a user, loads no AWS managed policy, takes any trust policy, and has no
simulator.
"""

import json


def join(lab_of) -> None:
    from moto.core.responses import ActionResult, EmptyResult
    from moto.iam import models
    from moto.iam.exceptions import InvalidInput, MalformedPolicyDocument
    from moto.iam.exceptions import NotFoundException as NoSuchEntity
    from moto.iam.models import AWSManagedPolicy, IAMBackend
    from moto.iam.responses import IamResponse

    from dealab.cloud import permissions, principals
    from dealab.models.policy import simulator
    from dealab.models.policy.documents import PolicyError, parse

    shipped: dict = {}

    def load(self, arn: str = "") -> None:
        """Put one AWS managed policy, or all of them, into moto's store."""
        if arn and (not arn.startswith("arn:aws:iam::aws:") or arn in self.managed_policies):
            return
        if not shipped:  # 3 MB of JSON: only when somebody wants one
            from moto.iam.aws_managed_policies import aws_managed_policies_data

            shipped.update(json.loads(aws_managed_policies_data))
        for name, data in shipped.items():
            if arn and arn.rsplit("/", 1)[-1] != name:
                continue
            made = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data)
            self.managed_policies.setdefault(made.arn, made)

    def loading(name: str) -> None:
        original = getattr(IAMBackend, name)

        def wrapped(self, *args, **kwargs):
            arns = [one for one in (*args, *kwargs.values()) if str(one).startswith("arn:aws:iam")]
            load(self, arns[0]) if arns else name == "list_policies" and load(self)
            return original(self, *args, **kwargs)

        setattr(IAMBackend, name, wrapped)

    for attach in ("role", "user", "group"):
        loading(f"attach_{attach}_policy")
    for reads in ("get_policy", "get_policy_version", "list_policy_versions", "list_policies"):
        loading(reads)

    def check_trust(document: str) -> None:
        try:
            parse(document, "trust")
        except PolicyError as error:
            raise MalformedPolicyDocument(str(error)) from error

    create_role, update_trust = IAMBackend.create_role, IAMBackend.update_assume_role_policy
    create_user, put_boundary = IamResponse.create_user, IAMBackend.put_role_permissions_boundary

    def checked_create_role(self, role_name, assume_role_policy_document, *args, **kwargs):
        check_trust(assume_role_policy_document)
        return create_role(self, role_name, assume_role_policy_document, *args, **kwargs)

    def checked_update(self, role_name, policy_document):
        check_trust(policy_document)
        return update_trust(self, role_name, policy_document)

    def put_role_boundary(self, role_name, permissions_boundary):
        load(self, permissions_boundary)
        return put_boundary(self, role_name, permissions_boundary)

    def user_boundary(self, arn):
        user = self.backend.get_user(self._get_param("UserName"))
        if arn:
            load(self.backend, arn)
            self.backend.get_policy(arn)  # refuses what isn't there
        user.permissions_boundary_arn = arn
        kind = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
        user.permissions_boundary = kind if arn else None

    def create_bounded_user(self):
        answer = create_user(self)
        if self._get_param("PermissionsBoundary"):
            user_boundary(self, self._get_param("PermissionsBoundary"))
        return answer

    def put_user_permissions_boundary(self):
        user_boundary(self, self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self):
        user_boundary(self, None)
        return EmptyResult()

    def simulate(self, policies, boundary, default_caller):
        params = self._get_params()
        try:
            return ActionResult(simulator.simulate(params, policies, boundary, default_caller))
        except PolicyError as error:
            raise InvalidInput(str(error)) from error

    def simulate_custom_policy(self):
        return simulate(self, [], None, None)

    def simulate_principal_policy(self):
        lab, arn = lab_of(), self._get_params()["PolicySourceArn"]
        caller = _caller(lab, arn)
        if caller is None:
            raise NoSuchEntity(f"The entity with ARN {arn} cannot be found.")
        identity, boundary = principals.identity_policies(caller)
        return simulate(self, identity, boundary, caller)

    def _caller(lab, arn: str):
        if ":role/" in arn:
            role = principals.role_named(arn)
            return role and lab.permissions.principals.session(arn, "simulation")[1]
        users = models.iam_backends[arn.split(":")[4]]["aws"].users
        user = users.get(arn.rsplit("/", 1)[-1])
        return user and principals.of_user(user)

    own_user = IamResponse.get_user

    def get_user(self):
        caller = permissions.caller()
        if not self._get_param("UserName") and caller and caller.principal.kind == "user":
            name = caller.principal.arn.rsplit("/", 1)[-1]
            if name in self.backend.users:
                return ActionResult({"User": self.backend.get_user(name)})
        return own_user(self)

    IAMBackend.create_role = checked_create_role
    IAMBackend.update_assume_role_policy = checked_update
    IAMBackend.put_role_permissions_boundary = put_role_boundary
    IamResponse.create_user = create_bounded_user
    IamResponse.get_user = get_user
    for method in (
        *(put_user_permissions_boundary, delete_user_permissions_boundary),
        *(simulate_custom_policy, simulate_principal_policy),
    ):
        setattr(IamResponse, method.__name__, method)
