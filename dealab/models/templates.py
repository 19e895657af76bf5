"""CloudFormation templates read as documents: parameters, conditions, functions, order, changes.

    template = Template(parse(text), {"Stage": "dev"}, PSEUDO)
    template.order()                              # logical ids, dependencies first
    template.properties("Queue", lookup)          # with every function computed

Sources (not checked), below https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
and .../TemplateReference/: template-anatomy.html, intrinsic-function-reference.html,
pseudo-parameter-reference.html. Left out: macros other than SAM's, Fn::ForEach, Fn::Cidr,
Fn::GetAZs, Rules, dynamic references other than those that ``lookup`` answers.
"""

import base64
import graphlib
import json
import re

SECTIONS = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
    "Conditions", "Transform", "Resources", "Outputs", "Globals",
}  # fmt: skip
ATTRIBUTES = {
    "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy",
    "Metadata", "CreationPolicy", "UpdatePolicy",
}  # fmt: skip
FUNCTIONS = {
    "Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::If", "Fn::Base64",
    "Fn::FindInMap", "Fn::ImportValue", "Fn::ToJsonString", "Fn::Length",
}  # fmt: skip
NO_VALUE = object()
SUB = re.compile(r"\$\{(!?)([^}]*)\}")


class TemplateError(ValueError):
    """The service would refuse the template with a ValidationError of this text."""


class NotInLab(ValueError):
    """The service knows this, the lab does not; the text names it."""


def parse(text: str) -> dict:
    """Read a template in YAML (with the short forms such as ``!Ref``) or JSON."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def short(loader, suffix, node):
        name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if isinstance(node, yaml.ScalarNode):
            value = loader.construct_scalar(node)
            value = value.split(".", 1) if suffix == "GetAtt" else value
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {name: value}

    Loader.add_multi_constructor("!", short)
    # Dates and the like stay the text that they are: "2012-10-17" is a version.
    Loader.yaml_implicit_resolvers = {
        key: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        document = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        at = f" (line {place.line + 1}, column {place.column + 1})" if place else ""
        raise TemplateError(f"Template format error: YAML not well-formed.{at}") from error
    if not isinstance(document, dict):
        raise TemplateError("Template format error: unsupported structure.")
    return document


class Template:
    """A template with the values of its parameters.

    ``pseudo``: values of AWS::Region and the like. Raises TemplateError for what the service
    refuses before it makes anything, NotInLab for what only the lab lacks.
    """

    def __init__(self, document: dict, given: dict, pseudo: dict):
        self.document, self.pseudo = document, pseudo
        version = document.get("AWSTemplateFormatVersion", "2010-09-09")
        if str(version) != "2010-09-09":
            raise TemplateError(
                f"Template format error: {version} is not a supported value for "
                "AWSTemplateFormatVersion."
            )
        wrong = sorted(set(document) - SECTIONS)
        if wrong:
            raise TemplateError(f"Invalid template property or properties [{', '.join(wrong)}]")
        self.resources = document.get("Resources")
        if not isinstance(self.resources, dict) or not self.resources:
            raise TemplateError(
                "Template format error: At least one Resources member must be defined."
            )
        for name, resource in self.resources.items():
            self._check_resource(name, resource)
        self.parameters = self._parameters(document.get("Parameters") or {}, given)
        self.conditions: dict[str, bool] = {}
        for name in document.get("Conditions") or {}:
            self._condition(name, ())
        self._check_references()

    def _check_resource(self, name: str, resource) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]+", str(name)):
            raise TemplateError(f"Template format error: Resource name {name} is non alphanumeric.")
        if not isinstance(resource, dict) or "Type" not in resource:
            raise TemplateError(
                f"Template format error: [/Resources/{name}] Every Resources object must contain "
                "a Type member."
            )
        wrong = sorted(set(resource) - ATTRIBUTES)
        if wrong:
            raise TemplateError(f"Invalid template resource property '{wrong[0]}'")

    def _parameters(self, declared: dict, given: dict) -> dict:
        unknown = sorted(set(given) - set(declared))
        if unknown:
            raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        missing = [n for n, p in declared.items() if n not in given and "Default" not in p]
        if missing:
            raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
        return {n: _parameter(n, p, given.get(n, p.get("Default"))) for n, p in declared.items()}

    def _condition(self, name: str, seen: tuple) -> bool:
        if name not in (self.document.get("Conditions") or {}):
            raise TemplateError(f"Template format error: Unresolved condition dependency {name}")
        if name in seen:
            raise TemplateError(f"Template format error: Circular condition {name}")
        if name not in self.conditions:
            rule = self.document["Conditions"][name]
            self.conditions[name] = self._holds(rule, (*seen, name))
        return self.conditions[name]

    def _holds(self, rule, seen: tuple) -> bool:
        if not isinstance(rule, dict) or len(rule) != 1:
            raise TemplateError("Template format error: a condition needs one condition function")
        [(function, given)] = rule.items()
        if function == "Condition":
            return self._condition(given, seen)
        if function == "Fn::Equals":
            left, right = (_text(self.value(item, None)) for item in given)
            return left == right
        if function in ("Fn::And", "Fn::Or"):
            held = [self._holds(item, seen) for item in given]
            return all(held) if function == "Fn::And" else any(held)
        if function == "Fn::Not":
            return not self._holds(given[0], seen)
        raise TemplateError(f"Template format error: Unknown condition function {function}")

    def active(self) -> dict:
        """Return the resources whose condition holds."""
        return {
            name: resource
            for name, resource in self.resources.items()
            if "Condition" not in resource or self._condition(resource["Condition"], ())
        }

    def _check_references(self) -> None:
        known = {*self.resources, *self.parameters, *self.pseudo}
        places = {f"Resources/{n}": r.get("Properties") for n, r in self.resources.items()}
        places |= {f"Outputs/{n}": o for n, o in (self.document.get("Outputs") or {}).items()}
        for place, value in places.items():
            unknown = sorted({name.split(".")[0] for name in references(value)} - known)
            if place.startswith("Res"):
                needs = self.resources[place.partition("/")[2]].get("DependsOn", [])
                needs = set(map(str, needs if isinstance(needs, list) else [needs]))
                unknown = sorted({*unknown, *needs - set(self.resources)})
            if unknown:
                block = "Resources" if place.startswith("Res") else "Outputs"
                raise TemplateError(
                    f"Template format error: Unresolved resource dependencies "
                    f"[{', '.join(unknown)}] in the {block} block of the template"
                )

    def order(self) -> list[str]:
        """Return the logical ids of active resources, each after those that it depends on."""
        active = self.active()
        graph = {}
        for name, resource in active.items():
            needs = resource.get("DependsOn", [])
            needs = {*([needs] if isinstance(needs, str) else needs)}
            needs |= {ref.split(".")[0] for ref in references(self._chosen(resource))}
            graph[name] = sorted(needs & set(active))
        try:
            return list(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            names = ", ".join(sorted(set(error.args[1])))
            raise TemplateError(f"Circular dependency between resources: [{names}]") from error

    def _chosen(self, value):
        """The value with each Fn::If replaced by the branch that counts."""
        if isinstance(value, dict):
            if set(value) == {"Fn::If"}:
                condition, yes, no = value["Fn::If"]
                return self._chosen(yes if self._condition(condition, ()) else no)
            return {key: self._chosen(item) for key, item in value.items()}
        return [self._chosen(item) for item in value] if isinstance(value, list) else value

    def properties(self, name: str, lookup) -> dict:
        """Return a resource's properties with every function computed; see ``value``."""
        return self.value(self.resources[name].get("Properties") or {}, lookup)

    def value(self, value, lookup):
        """Compute ``value``.

        ``lookup`` answers ``ref(name)``, ``attribute(name, attribute)``, ``imported(name)`` and
        ``dynamic(text)``; None where only parameters may be used.
        """
        computed = self._value(value, lookup)
        return None if computed is NO_VALUE else computed

    def _value(self, value, lookup):
        if isinstance(value, list):
            found = [self._value(item, lookup) for item in value]
            return [item for item in found if item is not NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value and lookup:
            return re.sub(r"\{\{resolve:([^}]*)\}\}", lambda m: lookup.dynamic(m[1]), value)
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, given)] = value.items()
            if name in FUNCTIONS:
                return self._function(name, given, lookup)
            if name.startswith("Fn::"):
                raise NotInLab(f"the function {name}")
        found = {key: self._value(item, lookup) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not NO_VALUE}

    def _function(self, name: str, given, lookup):
        if name == "Ref":
            return self._ref(given, lookup)
        if name == "Fn::If":
            condition, yes, no = given
            return self._value(yes if self._condition(condition, ()) else no, lookup)
        if name == "Fn::Sub":
            return self._sub(given, lookup)
        given = self._value(given, lookup)
        if name == "Fn::GetAtt":
            logical, attribute = given.split(".", 1) if isinstance(given, str) else given
            return lookup.attribute(logical, attribute)
        if name == "Fn::Join":
            return given[0].join(_text(item) for item in given[1])
        if name == "Fn::Split":
            return given[1].split(given[0])
        if name == "Fn::Select":
            index = int(given[0])
            if not 0 <= index < len(given[1]):
                raise TemplateError("Template error: Fn::Select cannot select nonexistent value")
            return given[1][index]
        if name == "Fn::Base64":
            return base64.b64encode(given.encode()).decode()
        if name == "Fn::ImportValue":
            return lookup.imported(given)
        if name == "Fn::ToJsonString":
            return json.dumps(given, separators=(",", ":"))
        if name == "Fn::Length":
            return len(given)
        try:  # Fn::FindInMap
            return self.document["Mappings"][given[0]][given[1]][given[2]]
        except KeyError as error:
            if len(given) == 4 and "DefaultValue" in given[3]:
                return given[3]["DefaultValue"]
            raise TemplateError(
                f"Template error: Unable to get mapping for {'::'.join(map(str, given[:3]))}"
            ) from error

    def _ref(self, name: str, lookup):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        if lookup is None:
            raise TemplateError(
                f"Template format error: Unresolved dependencies [{name}]. Cannot reference "
                "resources in the Conditions block of the template"
            )
        return lookup.ref(name)

    def _sub(self, given, lookup) -> str:
        text, own = given if isinstance(given, list) else (given, {})
        own = {name: self._value(item, lookup) for name, item in own.items()}

        def fill(match):
            literal, name = match[1], match[2].strip()
            if literal:
                return "${" + name + "}"
            if name in own:
                return _text(own[name])
            if "." in name:
                return _text(lookup.attribute(*name.split(".", 1)))
            return _text(self._ref(name, lookup))

        return SUB.sub(fill, text)

    def outputs(self, lookup) -> list[dict]:
        """Return the outputs with key, value, description and export name."""
        found = []
        for name, output in (self.document.get("Outputs") or {}).items():
            if "Condition" in output and not self._condition(output["Condition"], ()):
                continue
            row = {"OutputKey": name, "OutputValue": _text(self.value(output["Value"], lookup))}
            if "Description" in output:
                row["Description"] = output["Description"]
            if "Export" in output:
                row["ExportName"] = self.value(output["Export"]["Name"], lookup)
            found.append(row)
        return found


def references(value) -> set[str]:
    """Return what a value refers to: names, and ``Name.Attribute`` for attributes."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    if len(value) == 1:
        [(name, given)] = value.items()
        if name == "Ref":
            return {given}
        if name == "Fn::GetAtt":
            return {given if isinstance(given, str) else ".".join(map(str, given))}
        if name == "Fn::Sub":
            text, own = given if isinstance(given, list) else (given, {})
            named = {m[2].strip() for m in SUB.finditer(text) if not m[1]} - set(own)
            return named | references(own)
    return set().union(*map(references, value.values()), set())


def _parameter(name: str, declared: dict, given):
    kind = declared.get("Type", "String")
    text = _text(given)
    if kind.startswith("AWS::SSM::"):
        raise NotInLab(f"the parameter type {kind}")
    if "AllowedValues" in declared and text not in map(_text, declared["AllowedValues"]):
        allowed = ", ".join(map(_text, declared["AllowedValues"]))
        raise TemplateError(f"Parameter '{name}' must be one of AllowedValues [{allowed}]")
    if "AllowedPattern" in declared and not re.fullmatch(declared["AllowedPattern"], text):
        why = declared.get("ConstraintDescription")
        raise TemplateError(
            f"Parameter '{name}' must match pattern {declared['AllowedPattern']}"
            if not why
            else f"Parameter {name} failed to satisfy constraint: {why}"
        )
    if kind == "Number":
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            raise TemplateError(f"Parameter '{name}' must be a number.")
        for limit, wrong in (("MinValue", float.__lt__), ("MaxValue", float.__gt__)):
            if limit in declared and wrong(float(text), float(declared[limit])):
                bound = "not less" if limit == "MinValue" else "not greater"
                raise TemplateError(
                    f"Parameter '{name}' must be a number {bound} than {declared[limit]}"
                )
    for limit, wrong in (("MinLength", int.__lt__), ("MaxLength", int.__gt__)):
        if limit in declared and wrong(len(text), int(declared[limit])):
            bound = "at least" if limit == "MinLength" else "at most"
            raise TemplateError(
                f"Parameter '{name}' must contain {bound} {declared[limit]} characters"
            )
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [item.strip() for item in text.split(",")] if text else []
    return text


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)


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
