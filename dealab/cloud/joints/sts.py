"""STS decides by trust policies (``dealab.models.policy.trust``), and sessions expire.

moto assumes any role for anybody, with constant keys for session tokens, and calls every caller
without a known key ``user/moto``.
"""

import re
from datetime import timedelta
from html import escape


def join(lab_of) -> None:
    from moto.core.exceptions import HTTPException
    from moto.core.responses import ActionResult
    from moto.sts.responses import TokenResponse

    from dealab.cloud import permissions, principals
    from dealab.models.policy import trust
    from dealab.models.policy.documents import PolicyError
    from dealab.models.policy.evaluation import Principal

    class Refusal(HTTPException):
        def __init__(self, code: str, message: str):
            super().__init__()
            self.code = 403 if code == "AccessDenied" else 400
            error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
            self.description = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"

        def get_headers(self, *args, **kwargs):
            return [("Content-Type", "text/xml")]

    def answering(method):
        def answer(self):
            try:
                return ActionResult(method(self, who(self)))
            except trust.Refused as refused:
                raise Refusal(refused.code, str(refused)) from refused

        setattr(TokenResponse, method.__name__, answer)

    def who(response):
        of_key = lab_of().permissions.principals.of_key
        # A made-up key is the administrator's, while nothing is enforced.
        known = permissions.caller() or of_key(response.get_access_key())
        return known or of_key(principals.ADMIN_KEY)

    def credentials(key: str, caller) -> dict:
        found = {"AccessKeyId": key, "SecretAccessKey": caller.secret}
        return found | {"SessionToken": caller.token, "Expiration": caller.until}

    def assumed(params, action: str, caller, claims: dict) -> dict:
        lab, arn = lab_of(), params["RoleArn"]
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", params["RoleSessionName"], re.ASCII):
            raise trust.Refused(
                "ValidationError",
                f"1 validation error detected: Value '{params['RoleSessionName']}' at "
                "'roleSessionName' failed to satisfy constraint: Member must satisfy regular "
                "expression pattern: [\\w+=,.@-]*",
            )
        role, asked = (
            principals.role_named(arn),
            trust.Asked(caller.principal, params, caller.transitive),
        )
        most = int(role.max_session_duration or trust.CHAINED) if role else trust.LONGEST
        length = trust.role_seconds(asked, most)
        identity, boundary = principals.identity_policies(caller)
        kept = lab.permissions.enforced  # else everybody has all permissions of an own
        for decision in trust.decisions(
            caller.principal,
            arn,
            role.assume_role_policy_document if role else None,
            asked.actions(action),
            lab.permissions.about(caller, lab.region) | claims | asked.context(),
            asked.tags,
            list(asked.transitive),
            identity if kept else [principals.ALL],
            boundary if kept else None,
            caller.session_policies if kept else None,
        ):
            lab.permissions.decisions.append(decision)
            if not decision.allowed:
                raise trust.Refused("AccessDenied", decision.message)
        try:
            arns = [one["arn"] for one in params.get("PolicyArns") or []]
            policies = principals.session_policy(params.get("Policy"), arns, arn.split(":")[4])
        except (PolicyError, ValueError) as error:
            raise trust.Refused("MalformedPolicyDocument", str(error)) from error
        key, session = lab.permissions.principals.session(
            arn,
            params["RoleSessionName"],
            length,
            tags=asked.tags,
            session_policies=policies,
            transitive=asked.transitive,
            context={name: one for name, one in asked.context().items() if "Identity" in name},
        )
        about = {"AssumedRoleId": session.principal.id, "Arn": session.principal.arn}
        packed = {"PackedPolicySize": 6} if params.get("Policy") or asked.tags else {}
        return {"Credentials": credentials(key, session), "AssumedRoleUser": about, **packed}

    @answering
    def get_caller_identity(self, caller):
        one = caller.principal
        return {"UserId": one.id, "Account": one.account, "Arn": one.arn}

    @answering
    def assume_role(self, caller):
        if caller.principal.kind == "root":
            raise trust.Refused("AccessDenied", "Roles may not be assumed by root accounts.")
        return assumed(self._get_params(), "sts:AssumeRole", caller, {})

    @answering
    def assume_role_with_web_identity(self, _):
        params = self._get_params()
        claims = trust.claims(params["WebIdentityToken"], lab_of().clock.time())
        provider, audience = claims["iss"].removeprefix("https://"), claims.get("aud", "")
        account = params["RoleArn"].split(":")[4]
        arn = f"arn:aws:iam::{account}:oidc-provider/{provider}"
        caller = principals.Caller(Principal("federated", arn, account, provider=arn))
        keys = {f"{provider}:sub": claims["sub"], f"{provider}:aud": audience}
        answer = assumed(params, "sts:AssumeRoleWithWebIdentity", caller, keys)
        answer |= {"SubjectFromWebIdentityToken": claims["sub"], "Provider": claims["iss"]}
        return answer | {"Audience": audience}

    @answering
    def get_session_token(self, caller):
        params, lab = self._get_params(), lab_of()
        if caller.principal.kind != "user":
            raise trust.Refused(
                "AccessDenied", "Cannot call GetSessionToken with session credentials"
            )
        longest = trust.USER_LONGEST
        length = trust.seconds(params.get("DurationSeconds"), trust.LONGEST, longest, longest)
        now = lab.clock.now()
        context = caller.context | {"aws:TokenIssueTime": now}
        context["aws:MultiFactorAuthPresent"] = bool(params.get("TokenCode"))
        until = now + timedelta(seconds=length)
        kept = principals.Caller(caller.principal, until, caller.admin, context=context)
        return {"Credentials": credentials(*lab.permissions.principals.keep(kept))}

    def not_here(self):
        from dealab.sql.errors import LabLimit

        raise LabLimit(
            "sts:GetFederationToken and sts:AssumeRoleWithSAML",
            "STS gives credentials to users of another directory.",
            "Today AssumeRoleWithWebIdentity, IAM Identity Center or AssumeRole do this.",
        )

    TokenResponse.get_federation_token = TokenResponse.assume_role_with_saml = not_here
