"""STS decides by trust policies, makes sessions that expire, and knows who calls.

moto assumes any role for anybody, with constant keys for session tokens, and calls every caller
without a known key ``user/moto``.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (checked 2026-11-23)
"""

import base64
import json
from datetime import timedelta
from html import escape

SHORTEST, LONGEST, CHAINED = 900, 43_200, 3600  # seconds


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

    def credentials(key: str, caller) -> dict:
        return {
            "AccessKeyId": key,
            "SecretAccessKey": caller.secret,
            "SessionToken": caller.token,
            "Expiration": caller.until,
        }

    def who(response):
        known = permissions.caller()
        return known or lab_of().permissions.principals.of_key(response.get_access_key())

    def get_caller_identity(self):
        caller = who(self)
        if caller is None:  # a made-up key, while nothing is enforced
            caller = lab_of().permissions.principals.of_key(principals.ADMIN_KEY)
        one = caller.principal
        return ActionResult({"UserId": one.id, "Account": one.account, "Arn": one.arn})

    def seconds(params, default: int, most: int) -> int:
        asked = int(params.get("DurationSeconds") or default)
        if not SHORTEST <= asked <= LONGEST * 3:
            bound = "less" if asked > LONGEST else "greater"
            raise Refusal(
                "ValidationError",
                f"1 validation error detected: Value '{asked}' at 'durationSeconds' failed to "
                f"satisfy constraint: Member must have value {bound} than or equal to "
                f"{LONGEST if asked > LONGEST else SHORTEST}",
            )
        if asked > most:
            raise Refusal(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            )
        return asked

    def assumed(self, action: str, caller, context: dict):
        """Check everything and answer with the credentials of a session."""
        lab, params = lab_of(), self._get_params()
        arn, name = params["RoleArn"], params["RoleSessionName"]
        role = principals.role_named(arn)
        chained = caller.principal.kind == "session"
        most = int(role.max_session_duration or CHAINED) if role else LONGEST
        length = seconds(params, min(CHAINED, most), LONGEST if chained else most)
        if chained and length > CHAINED:
            raise Refusal(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining.",
            )
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
        inherited = set(tags) & set(caller.transitive)
        if inherited:
            raise Refusal(
                "InvalidParameterValue",
                "One of the specified transitive tag keys can't be set because it conflicts with a "
                "transitive tag key from the calling session.",
            )
        enforced = lab.permissions.enforced
        context = lab.permissions.about(caller, lab.region) | caller.context | context
        context["sts:RoleSessionName"] = name
        if params.get("ExternalId"):
            context["sts:ExternalId"] = params["ExternalId"]
        if params.get("SerialNumber") and params.get("TokenCode"):
            context["aws:MultiFactorAuthPresent"] = True
        if params.get("SourceIdentity"):
            context["sts:SourceIdentity"] = params["SourceIdentity"]
        keys = params.get("TransitiveTagKeys") or []
        identity, boundary = principals.identity_policies(caller)
        document = role.assume_role_policy_document if role else None
        for decision in trust.decisions(
            caller.principal,
            arn,
            document,
            [action]
            + ["sts:TagSession"] * bool(tags or caller.transitive)
            + ["sts:SetSourceIdentity"] * bool(params.get("SourceIdentity")),
            context,
            tags | caller.transitive,
            keys,
            identity if enforced else [principals.ALL],
            boundary if enforced else None,
            caller.session_policies if enforced else None,
        ):
            lab.permissions.decisions.append(decision)
            if not decision.allowed:
                raise Refusal("AccessDenied", decision.message)
        try:
            arns = [one["arn"] for one in params.get("PolicyArns") or []]
            policies = principals.session_policy(params.get("Policy"), arns, arn.split(":")[4])
        except (PolicyError, ValueError) as error:
            raise Refusal("MalformedPolicyDocument", str(error)) from error
        carried = dict(caller.transitive)
        extra = (
            {"context": {"sts:SourceIdentity": params["SourceIdentity"]}}
            if params.get("SourceIdentity")
            else {}
        )
        key, session = lab.permissions.principals.session(
            arn,
            name,
            length,
            tags=tags | carried,
            session_policies=policies,
            transitive=carried | {one: tags[one] for one in keys if one in tags},
            **extra,
        )
        return {
            "Credentials": credentials(key, session),
            "AssumedRoleUser": {
                "AssumedRoleId": session.principal.id,
                "Arn": session.principal.arn,
            },
            **({"PackedPolicySize": 6} if params.get("Policy") or tags else {}),
        }

    def assume_role(self):
        caller = who(self)
        if caller.principal.kind == "root":
            raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.")
        return ActionResult(assumed(self, "sts:AssumeRole", caller, {}))

    def assume_role_with_web_identity(self):
        params = self._get_params()
        claims = _claims(params["WebIdentityToken"])
        provider = str(claims.get("iss", "")).removeprefix("https://")
        if not provider or "sub" not in claims:
            raise Refusal(
                "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
                "Access Token)",
            )
        if claims.get("exp", 1e12) <= lab_of().clock.time():
            raise Refusal("ExpiredTokenException", "Token expired")
        account = params["RoleArn"].split(":")[4]
        arn = f"arn:aws:iam::{account}:oidc-provider/{provider}"
        caller = principals.Caller(Principal("federated", arn, account, provider=arn))
        audience = claims.get("aud", "")
        context = {f"{provider}:sub": claims["sub"], f"{provider}:aud": audience}
        answer = assumed(self, "sts:AssumeRoleWithWebIdentity", caller, context)
        more = {"SubjectFromWebIdentityToken": claims["sub"], "Provider": claims["iss"]}
        return ActionResult(answer | more | {"Audience": audience})

    def get_session_token(self):
        caller, params = who(self), self._get_params()
        if caller.principal.kind != "user":
            raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
        lab = lab_of()
        now = lab.clock.now()
        until = now + timedelta(seconds=seconds(params, LONGEST, LONGEST * 3))
        context = caller.context | {"aws:TokenIssueTime": now}
        context["aws:MultiFactorAuthPresent"] = bool(params.get("TokenCode"))
        kept = principals.Caller(caller.principal, until, caller.admin, context=context)
        key, session = lab.permissions.principals.keep(kept)
        return ActionResult({"Credentials": credentials(key, session)})

    def not_here(self):
        from dealab.sql.errors import LabLimit

        raise LabLimit(
            "sts:GetFederationToken and sts:AssumeRoleWithSAML",
            "gives credentials to users of another directory",
            "Today AssumeRoleWithWebIdentity, IAM Identity Center or AssumeRole do this.",
        )

    for method in (
        *(get_caller_identity, assume_role, assume_role_with_web_identity, get_session_token),
    ):
        setattr(TokenResponse, method.__name__, method)
    TokenResponse.get_federation_token = TokenResponse.assume_role_with_saml = not_here


def _claims(token: str) -> dict:
    """The claims of a JSON web token; {} for anything else. The lab checks no signature."""
    parts = token.split(".")
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        return {}
