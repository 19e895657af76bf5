"""What each resource type of CloudFormation becomes: the calls that ``resource_types.yaml`` tells.

Sources: the types' pages in the template reference,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (not checked, except for
those that ``stacks`` names). Left out: types that the table does not hold.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dealab.models.resource_shapes import SHAPES, text_of
from dealab.models.templates import NotInLab

_MISSING = object()


@dataclass
class Kind:
    """How to make one resource type; the fields are those of the table."""

    create: str
    params: dict | None = None
    takes: list | None = None
    without: list = field(default_factory=list)
    rename: dict = field(default_factory=dict)
    set: dict = field(default_factory=dict)
    name: str | None = None
    ref: str = "{p[Name]}"
    atts: dict = field(default_factory=dict)
    then: list = field(default_factory=list)
    update: object = None
    delete: object = field(default_factory=list)
    change: object = ()
    again: bool = False

    @property
    def service(self) -> str:
        return self.create.split()[0]

    @property
    def operation(self) -> str | None:
        return self.create.partition(" ")[2] or None

    def changes_in_place(self, old: dict, new: dict) -> bool:
        """Say whether the changed properties can change without a new resource."""
        changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
        can = (self.again or self.update is not None) and self.name not in changed
        return can and (self.change == "*" or changed <= set(self.change))

    def parameters(self, facts: dict) -> dict:
        """Return the parameters of ``create``. Raises NotInLab for an unknown property.

        ``facts``: ``p`` (the properties), ``region``, ``account``.
        """
        given = facts["p"]
        for name in set(given) - set(given if self.takes is None else self.takes):
            raise NotInLab(f"the property {name} of this type")
        if self.params is not None:
            return filled(self.params, facts)
        made = {
            self.rename.get(key, key): value
            for key, value in given.items()
            if key not in self.without
        }
        # A name that is set takes the place of a property in whatever case.
        names = {key.lower() for key in self.set}
        made = {key: value for key, value in made.items() if key.lower() not in names}
        return made | filled(self.set, facts)


def kinds() -> dict[str, Kind]:
    """Return the table: type name -> Kind."""
    return _table()


@functools.cache
def _table() -> dict[str, Kind]:
    import yaml

    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return {name: Kind(**told) for name, told in yaml.safe_load(text).items()}


def calls(steps, facts: dict) -> Iterator[tuple[str, dict]]:
    """Yield (operation, parameters) of ``then``, ``update`` or ``delete``."""
    if isinstance(steps, dict):
        steps = [{"call": name, "with": told} for name, told in steps.items()]
    for step in steps:
        when = step.get("when")
        if when and (_value(when if when[0] == "!" else f"${when}", facts) in (_MISSING, False)):
            continue
        for each in facts["p"].get(step["each"], ()) if "each" in step else (None,):
            yield step["call"], filled(step.get("with", {}), {**facts, "each": each})


def filled(told: dict, facts: dict) -> dict:
    """Return parameters as the table tells them, with what ``facts`` have in their places."""
    found = _value(told, facts)
    return {} if found is _MISSING else found


def _value(told, facts: dict):
    if isinstance(told, dict):
        found = {key: _value(one, facts) for key, one in told.items()}
        found = {key: one for key, one in found.items() if one is not _MISSING}
        found |= found.pop("**", {})
        return found if found or not told else _MISSING
    if isinstance(told, list):
        return [_value(one, facts) for one in told]
    if not isinstance(told, str):
        return told
    if told.startswith("$"):
        return facts["p"].get(told[1:], _MISSING)
    if told.startswith("!"):
        found = SHAPES[told[1:]](facts["p"])
        return _MISSING if found is None else found
    try:
        return told.format(**facts)
    except (KeyError, IndexError):
        return _MISSING


def fit(value, shape, place: str, only: bool = False):
    """Return parameters as a call takes them: templates have other case, and numbers as text.

    ``shape`` is botocore's. Raises NotInLab for a parameter that it does not have (``only``:
    leaves it out).
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {member.lower(): member for member in shape.members}
        fitted = {}
        for key, item in value.items():
            member = key if key in shape.members else members.get(key.lower())
            if member is not None:
                fitted[member] = fit(item, shape.members[member], f"{place}/{key}")
            elif not only:
                raise NotInLab(f"the property {key} ({place})")
        return fitted
    if shape.type_name == "list" and isinstance(value, list):
        return [fit(item, shape.member, place) for item in value]
    if shape.type_name == "map":
        if isinstance(value, list):  # tags
            value = {tag["Key"]: tag["Value"] for tag in value}
        return {key: fit(item, shape.value, place) for key, item in value.items()}
    if shape.type_name == "string" and not isinstance(value, str):
        return text_of(value)
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    return value.encode() if shape.type_name == "blob" and isinstance(value, str) else value
