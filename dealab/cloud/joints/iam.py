"""IAM: boundaries of users, AWS managed policies when named, checked documents, the simulator.

moto knows no boundary of a user, loads no AWS managed policy, takes any trust policy, and has no
simulator.
"""


def join(lab_of) -> None:
    from moto.core.responses import ActionResult, EmptyResult
    from moto.iam import models
    from moto.iam.exceptions import InvalidInput, MalformedPolicyDocument
    from moto.iam.exceptions import NotFoundException as NoSuchEntity
    from moto.iam.models import IAMBackend
    from moto.iam.policy_validation import IAMPolicyDocumentValidator
    from moto.iam.responses import IamResponse

    from dealab.cloud import permissions, principals
    from dealab.models.policy import simulator
    from dealab.models.policy.documents import PolicyError, parse

    load = principals.load_managed

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

    validate = IAMPolicyDocumentValidator.validate

    def validate_all(self):
        validate(self)
        try:
            parse(self._policy_document)
        except PolicyError as error:
            raise MalformedPolicyDocument(str(error)) from error

    IAMPolicyDocumentValidator.validate = validate_all
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
        if ":group/" in arn:
            identity, boundary = principals.policies_of([caller]), None
            return simulate(self, identity, boundary, None)
        identity, boundary = principals.identity_policies(caller)
        return simulate(self, identity, boundary, caller)

    def _caller(lab, arn: str):
        if ":role/" in arn:
            role = principals.role_named(arn)
            return role and lab.permissions.principals.session(arn, "simulation")[1]
        if ":group/" in arn:
            groups = models.iam_backends[arn.split(":")[4]]["aws"].groups
            return groups.get(arn.rsplit("/", 1)[-1])
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
