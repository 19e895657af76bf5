"""Templates before they are deployed: SAM's transform and cfn-lint's findings.

templates.lint(text)       # a table: rule, level, line, message
"""

from dealab.models.templates import NotInLab, TemplateError

SAM = "AWS::Serverless-2016-10-31"
LANGUAGE = "AWS::LanguageExtensions"


def lint(text: str):
    """Return cfn-lint's findings as a DataFrame: rule, level, line, message; empty if it is clean.

    ``text`` is a template in YAML or JSON. cfn-lint checks it against the schemas that it brings
    along. The first call takes some seconds.
    """
    import pandas
    from cfnlint import api

    found = api.lint_all(text)
    rows = [
        {
            "rule": match.rule.id,
            "level": match.rule.severity,
            "line": match.linenumber,
            "message": match.message,
        }
        for match in sorted(found, key=lambda match: (match.linenumber, match.rule.id))
    ]
    return pandas.DataFrame(rows, columns=["rule", "level", "line", "message"])


def transformed(document: dict, parameters: dict) -> dict:
    """Return the template after its transform. Only SAM's is known.

    Raises TemplateError with SAM's own findings, NotInLab for another transform.
    """
    wanted = document.get("Transform") or []
    wanted = [wanted] if isinstance(wanted, str) else wanted
    for name in wanted:
        if name not in (SAM, LANGUAGE):
            raise NotInLab(f"the transform {name}")
    if SAM not in wanted:
        return document
    import logging
    import os

    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)  # it reports unsent statistics
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    given = {
        name: parameters.get(name, declared.get("Default"))
        for name, declared in (document.get("Parameters") or {}).items()
    }
    try:
        made = transform(document, given, _ManagedPolicies())
    except InvalidDocumentException as error:
        found = " ".join(cause.message for cause in error.causes)
        raise TemplateError(
            f"Transform {SAM} failed with: Invalid Serverless Application Specification "
            f"document. Number of errors found: {len(error.causes)}. {found}"
        ) from error
    made.pop("Transform", None)
    return made


class _ManagedPolicies:
    """Names of AWS's managed policies as ARNs, from what the lab's IAM knows."""

    def load(self) -> dict[str, str]:
        import boto3

        pages = boto3.client("iam").get_paginator("list_policies").paginate(Scope="AWS")
        return {p["PolicyName"]: p["Arn"] for page in pages for p in page["Policies"]}
