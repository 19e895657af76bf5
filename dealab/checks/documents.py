"""Answers that are documents: policies, mappings, task definitions, as dict, list, JSON or YAML."""

import re

from dealab.checks import answers
from dealab.checks.outcome import NotAttempted, Wrong
from dealab.checks.plain import difference, is_number, kind_of, plain, shown
from dealab.checks.reference import value_of

_MISSING = object()


class Document:
    """The learner's document ``name`` as plain dicts, lists and values."""

    def __init__(self, name: str, data):
        self.name = name
        self.data = data

    passed = staticmethod(answers.passed)

    def field(self, path: str, *, equals=_MISSING, one_of=None, between=None, matches=None) -> None:
        """Wrong unless the field at ``path`` ("Filters.0.Pattern") is there and fits.

        ``equals`` a value, ``one_of`` several, ``between`` (low, high) both included, ``matches`` a
        regular expression that the whole text must match.
        """
        found = self.get(path, _MISSING)
        if found is _MISSING:
            raise Wrong(f"{self.name} has no {path}.")
        if equals is not _MISSING and (how := difference(plain(equals), found)):
            raise Wrong(f"{path}{how.path} is {shown(how.actual)}: {how.how}.")
        if one_of is not None and all(difference(plain(one), found) for one in one_of):
            raise Wrong(f"{path} is {shown(found)}, which does not do what is asked.")
        if between is not None:
            low, high = between
            if not is_number(found):
                raise Wrong(f"{path} is {kind_of(found)}; a number is wanted.")
            if not low <= found <= high:
                raise Wrong(f"{path} is {shown(found)}: too {'low' if found < low else 'high'}.")
        if matches is not None and not (
            isinstance(found, str) and re.fullmatch(matches, found, re.DOTALL)
        ):
            raise Wrong(f"{path} is {shown(found)}, which is not of the form that is wanted.")

    def without(self, path: str) -> None:
        """Wrong if the document has something at ``path``."""
        if self.get(path, _MISSING) is not _MISSING:
            raise Wrong(f"{self.name} has {path}, which is not wanted here.")

    def get(self, path: str, default=None):
        """Return what stands at ``path``, or ``default``."""
        here = self.data
        for part in path.split("."):
            if isinstance(here, dict) and part in here:
                here = here[part]
            elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
                here = here[int(part)]
            else:
                return default
        return here

    def same_as(self, solution: str) -> None:
        """Wrong unless the document says what the ``solution``'s says, key order apart."""
        found = difference(_parsed(value_of(solution, self.name)), self.data)
        if found:
            raise Wrong(f"{self.name}{found.path} is {shown(found.actual)}: {found.how}.")

    def accepted_by(self, service: str, operation: str) -> None:
        """Wrong unless boto3 would take the document as the parameters of this call.

        The SDK's own parameter validation is asked, against the service's model in botocore.
        """
        import botocore.session
        from botocore.validate import ParamValidator

        model = botocore.session.get_session().get_service_model(service)
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(self.data, shape)
        if report.has_errors():
            raise Wrong(f"boto3 refuses {self.name} for {operation}: {report.generate_report()}")


def document(name: str) -> Document:
    """Return the learner's document. Raises NotAttempted where there is none."""
    data = _parsed(answers.find(name), name)
    if not isinstance(data, dict | list):
        raise Wrong(f"'{name}' is {kind_of(data)}; a dictionary, a list or JSON text is wanted.")
    if not data:
        raise NotAttempted(f"'{name}' is still empty.")
    return Document(name, data)


def _parsed(value, name: str = "the document"):
    if not isinstance(value, str):
        return plain(value)
    import yaml

    try:
        return plain(yaml.safe_load(value))
    except yaml.YAMLError as problem:
        raise Wrong(f"'{name}' is neither JSON nor YAML: {problem}") from None
