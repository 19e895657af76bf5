"""Templates before they are deployed: what the registry's schemas say of them, and SAM's transform.

Both come from packages of AWS (cfn-lint, aws-sam-translator), not from the service.
"""

import functools
import json
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

from dealab.models.templates import NotInLab, TemplateError

SAM = "AWS::Serverless-2016-10-31"
LANGUAGE = "AWS::LanguageExtensions"


def unrecognized(types) -> list[str]:
    """Return those of ``types`` that AWS has no resource type for."""
    known = _registry("us-east-1")
    return sorted({one for one in types if one not in known and not one.startswith("Custom::")})


def complaints(type_name: str, properties: dict) -> list[str]:
    """Return what the service says of properties that are missing or that a type does not have.

    After the schemas of CloudFormation's registry, which cfn-lint brings along. Types of values are
    not checked here: templates may write numbers as text.
    """
    import jsonschema

    file = _schemas() / "resources" / f"{_registry('us-east-1')[type_name]}.json"
    schema = json.loads(file.read_text())
    found, draft = [], jsonschema.Draft7Validator
    # Patterns are written for another kind of regular expression than Python's.
    without = {name: lambda *_: None for name in ("pattern", "patternProperties")}
    for error in jsonschema.validators.extend(draft, without)(schema).iter_errors(properties):
        place = "/".join(["#", *map(str, error.absolute_path)])
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            found += [f"{place}: required key [{name}] not found" for name in missing]
        elif error.validator == "additionalProperties" and "patternProperties" not in error.schema:
            known = error.schema.get("properties", {})
            extra = [name for name in error.instance if name not in known]
            found += [f"{place}: extraneous key [{name}] is not permitted" for name in extra]
    return sorted(set(found))


def _schemas() -> Path:
    # Found without importing cfn-lint, which takes seconds.
    return Path(find_spec("cfnlint").submodule_search_locations[0]) / "data" / "schemas"


@functools.cache
def _registry(region: str) -> dict:
    return json.loads((_schemas() / "providers" / f"{region}.json").read_text())


def transformed(document: dict, parameters: dict, managed) -> dict:
    """Return the template after its transform. Only SAM's is known.

    ``managed()`` returns the ARNs of AWS's managed policies by name.

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
        made = transform(document, given, SimpleNamespace(load=managed))
    except InvalidDocumentException as error:
        found = " ".join(cause.message for cause in error.causes)
        raise TemplateError(
            f"Transform {SAM} failed with: Invalid Serverless Application Specification "
            f"document. Number of errors found: {len(error.causes)}. {found}"
        ) from error
    made.pop("Transform", None)
    return made
