"""Amazon States Language read as a document: what is wrong with it, and its graph.

    problems('{"StartAt": "A", "States": {}}')     # a list of Problem
    graph(definition)                              # states and transitions

After https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
(not checked). Left out: whether a resource exists, and most of the service's warnings.
"""

import json
import re
from dataclasses import dataclass

from dealab.models import intrinsics

COMMON = {"Type", "Comment", "QueryLanguage"}
FLOW = {"Next", "End"}
PATHS = {"InputPath", "OutputPath"}
HANDLERS = {"Retry", "Catch"}
SHAPE = {"Parameters", "ResultSelector", "ResultPath"}
#: fields of each type in JSONPath; ("Arguments", "Output" take their place in JSONata)
JSONPATH_FIELDS = {
    "Pass": FLOW | PATHS | {"Result", "ResultPath", "Parameters", "Assign"},
    "Task": FLOW | PATHS | HANDLERS | SHAPE
    | {"Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
       "HeartbeatSecondsPath", "Credentials", "Assign"},
    "Choice": PATHS | {"Choices", "Default", "Assign"},
    "Wait": FLOW | PATHS | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Assign"},
    "Succeed": PATHS,
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": FLOW | PATHS | HANDLERS | SHAPE | {"Branches", "Assign"},
    "Map": FLOW | PATHS | HANDLERS | SHAPE
    | {"ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "MaxConcurrency",
       "MaxConcurrencyPath", "ItemReader", "ItemBatcher", "ResultWriter", "Label", "Assign",
       "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "ToleratedFailureCount",
       "ToleratedFailureCountPath"},
}  # fmt: skip
JSONATA_FIELDS = {
    "Pass": FLOW | {"Output", "Assign"},
    "Task": FLOW | HANDLERS
    | {"Resource", "Arguments", "Output", "Assign", "TimeoutSeconds", "HeartbeatSeconds",
       "Credentials"},
    "Choice": {"Choices", "Default", "Output", "Assign"},
    "Wait": FLOW | {"Seconds", "Timestamp", "Output", "Assign"},
    "Succeed": {"Output"},
    "Fail": {"Error", "Cause"},
    "Parallel": FLOW | HANDLERS | {"Branches", "Arguments", "Output", "Assign"},
    "Map": FLOW | HANDLERS
    | {"ItemProcessor", "Items", "ItemSelector", "MaxConcurrency", "ItemReader", "ItemBatcher",
       "ResultWriter", "Label", "Output", "Assign", "ToleratedFailurePercentage",
       "ToleratedFailureCount"},
}  # fmt: skip
REQUIRED = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}
ENDS = ("Succeed", "Fail")
REFERENCE_PATH = re.compile(
    r"\$(\.[^.\[\]'\"@*?]+|\[(\d+|'[^']*'|\"[^\"]*\")\])*$|\$\$?\.?[\w.\[\]'\"-]*$"
)
RESOURCE = re.compile(r"arn:[\w-]+:(lambda:[\w-]+:\d{12}:function|states:[\w-]*:(\d{12})?):.+")


@dataclass(frozen=True)
class Problem:
    """One finding, with the service's code, its severity and the place as a JSON pointer."""

    code: str
    message: str
    location: str
    severity: str = "ERROR"

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location}"


def problems(definition: str) -> list[Problem]:
    """Return what is wrong with a definition (JSON text); an empty list means nothing."""
    try:
        document = json.loads(definition, object_pairs_hook=_no_twice)
    except _Twice as twice:
        return [Problem("INVALID_JSON_DESCRIPTION", f"Duplicate field '{twice}'", "/")]
    except ValueError as error:
        return [Problem("INVALID_JSON_DESCRIPTION", str(error), "/")]
    if not isinstance(document, dict):
        return [Problem("SCHEMA_VALIDATION_FAILED", "Expected value of type Object", "/")]
    found: list[Problem] = []
    names: dict[str, str] = {}
    _machine(document, "", document.get("QueryLanguage", "JSONPath"), found, names, top=True)
    return found


class _Twice(Exception):
    pass


def _no_twice(pairs):
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _Twice(name)
    return dict(pairs)


def _machine(machine, place, language, found, names, top=False) -> None:
    def wrong(message, at="", code="SCHEMA_VALIDATION_FAILED"):
        found.append(Problem(code, message, (place + at) or "/"))

    missing = [name for name in ("StartAt", "States") if name not in machine]
    if missing:
        wrong(f"These fields are required: [{', '.join(missing)}]")
        return
    allowed = {"StartAt", "States", "Comment", "QueryLanguage", "ProcessorConfig"}
    if top:
        allowed |= {"Version", "TimeoutSeconds"}
        allowed.discard("ProcessorConfig")
    for name in machine:
        if name not in allowed:
            wrong(f"Field is not supported: {name}", f"/{name}")
    if language not in ("JSONPath", "JSONata"):
        wrong("Value is not valid for QueryLanguage: [JSONPath, JSONata]", "/QueryLanguage")
        return
    if top and machine.get("Version", "1.0") != "1.0":
        wrong("Value is not valid. Expected: 1.0", "/Version")
    limit = machine.get("TimeoutSeconds")
    if limit is not None and not (isinstance(limit, int) and 0 < limit <= 99999999):
        wrong("Expected value of type Integer between 1 and 99999999", "/TimeoutSeconds")
    states = machine["States"]
    if not isinstance(states, dict) or not states:
        wrong("Expected value of type Object with at least one state", "/States")
        return
    for name, state in states.items():
        at = f"{place}/States/{name}"
        if name in names:
            found.append(Problem("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", at))
        names[name] = at
        if len(name) > 80:
            wrong("State name must be at most 80 characters long", f"/States/{name}")
        if not isinstance(state, dict):
            wrong("Expected value of type Object", f"/States/{name}")
        else:
            _state(state, at, state.get("QueryLanguage", language), language, found, names)
    _transitions(machine, place, states, found)


def _state(state, at, language, machine_language, found, names) -> None:
    def wrong(message, more="", code="SCHEMA_VALIDATION_FAILED"):
        found.append(Problem(code, message, at + more))

    kind = state.get("Type")
    if kind is None:
        wrong("These fields are required: [Type]")
        return
    if kind not in JSONPATH_FIELDS:
        wrong(f"Value is not valid for Type: [{', '.join(JSONPATH_FIELDS)}]", "/Type")
        return
    if machine_language == "JSONata" and language == "JSONPath":
        wrong("'QueryLanguage' can not be 'JSONPath' in a JSONata state machine", "/QueryLanguage")
    allowed = (JSONATA_FIELDS if language == "JSONata" else JSONPATH_FIELDS)[kind] | COMMON
    for name in state:
        if name not in allowed:
            other = JSONPATH_FIELDS if language == "JSONata" else JSONATA_FIELDS
            why = f" by {language} states" if name in other[kind] else ""
            wrong(f"Field is not supported{why}: {name}", f"/{name}")
    needed = REQUIRED.get(kind)
    if needed and needed not in state:
        wrong(f"These fields are required: [{needed}]")
    if kind not in (*ENDS, "Choice"):
        if "Next" not in state and state.get("End") is not True:
            wrong('State must have either "Next" or "End": true')
        if "Next" in state and state.get("End"):
            wrong("These fields cannot be used together: [Next, End]")
    if kind == "Wait":
        given = [f for f in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if f in state]
        if len(given) != 1:
            wrong("Exactly one of Seconds, SecondsPath, Timestamp, TimestampPath is required")
        seconds = state.get("Seconds")
        if isinstance(seconds, bool) or (isinstance(seconds, int | float) and seconds < 0):
            wrong("Expected value of type Integer, not negative", "/Seconds")
        if isinstance(seconds, str) and not _is_jsonata(seconds):
            wrong("Expected value of type Integer", "/Seconds")
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        number = state.get(name)
        if isinstance(number, int) and (isinstance(number, bool) or number <= 0):
            wrong("Expected value of type Integer greater than 0", f"/{name}")
        if name in state and f"{name}Path" in state:
            wrong(f"These fields cannot be used together: [{name}, {name}Path]")
    both = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if all(isinstance(number, int) for number in both) and both[1] >= both[0]:
        wrong("HeartbeatSeconds must be smaller than TimeoutSeconds", "/HeartbeatSeconds")
    if language == "JSONPath":
        for name in ("InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath"):
            path = state.get(name)
            if path is not None and not (
                isinstance(path, str) and path.startswith(("$", "States."))
            ):
                wrong("Value is not a valid JSONPath", f"/{name}", "SCHEMA_VALIDATION_FAILED")
        path = state.get("ResultPath")
        if isinstance(path, str) and not REFERENCE_PATH.match(path):
            wrong("Value is not a Reference Path", "/ResultPath")
        for name in ("Parameters", "ResultSelector", "ItemSelector", "Assign"):
            _template(state.get(name), f"{at}/{name}", found)
    else:
        for name, value in state.items():
            if name not in ("Branches", "ItemProcessor", "Retry"):
                _expressions(value, f"{at}/{name}", found)
    resource = state.get("Resource")
    if (
        kind == "Task"
        and resource is not None
        and not (isinstance(resource, str) and (RESOURCE.match(resource) or _is_jsonata(resource)))
    ):
        wrong("Value is not a valid resource ARN", "/Resource")
    _handlers(state, at, found)
    if kind == "Choice":
        _choices(state.get("Choices"), at, language, found)
    if kind == "Parallel":
        branches = state.get("Branches")
        if not isinstance(branches, list) or not branches:
            wrong("Expected value of type Array with at least one branch", "/Branches")
        else:
            for number, branch in enumerate(branches):
                _machine(
                    branch,
                    f"{at}/Branches[{number}]",
                    language
                    if machine_language == "JSONata"
                    else branch.get("QueryLanguage", machine_language),
                    found,
                    names,
                )
    if kind == "Map":
        inner = state.get("ItemProcessor", state.get("Iterator"))
        name = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
        if not isinstance(inner, dict):
            wrong("These fields are required: [ItemProcessor]")
        else:
            mode = (inner.get("ProcessorConfig") or {}).get("Mode", "INLINE")
            if mode != "DISTRIBUTED":
                for field in ("ItemReader", "ItemBatcher", "ResultWriter", "Label"):
                    if field in state:
                        wrong(f"Field is not supported by Map states in INLINE mode: {field}")
            _machine(
                inner, f"{at}/{name}", inner.get("QueryLanguage", machine_language), found, names
            )


def _handlers(state, at, found) -> None:
    for name in ("Retry", "Catch"):
        handlers = state.get(name, [])
        for number, handler in enumerate(handlers if isinstance(handlers, list) else [None]):
            place = f"{at}/{name}[{number}]"
            if not isinstance(handler, dict) or not handler.get("ErrorEquals"):
                found.append(
                    Problem(
                        "SCHEMA_VALIDATION_FAILED",
                        "These fields are required: [ErrorEquals]",
                        place,
                    )
                )
                continue
            errors = handler["ErrorEquals"]
            if "States.ALL" in errors and (len(errors) > 1 or number < len(handlers) - 1):
                text = "States.ALL must appear alone and in the last element"
                found.append(Problem("SCHEMA_VALIDATION_FAILED", text, f"{place}/ErrorEquals"))
            if name == "Catch" and "Next" not in handler:
                found.append(
                    Problem("SCHEMA_VALIDATION_FAILED", "These fields are required: [Next]", place)
                )
            for field, low in (
                ("IntervalSeconds", 1),
                ("MaxAttempts", 0),
                ("BackoffRate", 1.0),
                ("MaxDelaySeconds", 1),
            ):
                number_given = handler.get(field, low)
                if name == "Retry" and not (
                    isinstance(number_given, int | float) and number_given >= low
                ):
                    found.append(
                        Problem(
                            "SCHEMA_VALIDATION_FAILED",
                            f"Expected a number of at least {low}",
                            f"{place}/{field}",
                        )
                    )
            if handler.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
                found.append(
                    Problem(
                        "SCHEMA_VALIDATION_FAILED",
                        "Value is not valid: [FULL, NONE]",
                        f"{place}/JitterStrategy",
                    )
                )


def _choices(rules, at, language, found) -> None:
    if not isinstance(rules, list) or not rules:
        found.append(
            Problem(
                "SCHEMA_VALIDATION_FAILED",
                "Expected value of type Array with at least one rule",
                f"{at}/Choices",
            )
        )
        return
    for number, rule in enumerate(rules):
        place = f"{at}/Choices[{number}]"
        if not isinstance(rule, dict) or "Next" not in rule:
            found.append(
                Problem("SCHEMA_VALIDATION_FAILED", "These fields are required: [Next]", place)
            )
        elif language == "JSONata":
            if "Condition" not in rule:
                found.append(
                    Problem(
                        "SCHEMA_VALIDATION_FAILED", "These fields are required: [Condition]", place
                    )
                )
        else:
            _rule(rule, place, found, top=True)


def _rule(rule, place, found, top=False) -> None:
    inner = [name for name in ("And", "Or", "Not") if name in rule]
    for name in inner:
        below = rule[name] if isinstance(rule[name], list) else [rule[name]]
        for number, entry in enumerate(below):
            _rule(entry, f"{place}/{name}[{number}]", found)
    if not inner:
        tests = [n for n in rule if n not in ("Variable", "Next", "Comment", "Assign", "Output")]
        if "Variable" not in rule or len(tests) != 1:
            text = "A rule needs Variable and exactly one comparison"
            found.append(Problem("SCHEMA_VALIDATION_FAILED", text, place))
        elif tests[0] not in COMPARISONS:
            text = f"Field is not supported: {tests[0]}"
            found.append(Problem("SCHEMA_VALIDATION_FAILED", text, place))
    if not top and "Next" in rule:
        text = "Next is only for the outermost rule"
        found.append(Problem("SCHEMA_VALIDATION_FAILED", text, place))


_ORDERED = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
COMPARISONS = {
    f"{kind}{how}{path}"
    for kind in ("String", "Numeric", "Timestamp")
    for how in _ORDERED
    for path in ("", "Path")
} | {
    "BooleanEquals", "BooleanEqualsPath", "StringMatches", "IsNull", "IsPresent", "IsNumeric",
    "IsString", "IsBoolean", "IsTimestamp",
}  # fmt: skip


def _template(value, place, found) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.endswith(".$"):
                if not isinstance(inner, str) or not inner.startswith(("$", "States.")):
                    text = "The value for the field must be a valid JSONPath or intrinsic function"
                    found.append(
                        Problem("SCHEMA_VALIDATION_FAILED", f"{text}: '{name}'", f"{place}/{name}")
                    )
                elif inner.startswith("States.") and intrinsics.count(inner) > intrinsics.NESTED:
                    text = (
                        f"At most {intrinsics.NESTED} intrinsic functions can be nested in a field"
                    )
                    found.append(Problem("SCHEMA_VALIDATION_FAILED", text, f"{place}/{name}"))
            else:
                _template(inner, f"{place}/{name}", found)
    elif isinstance(value, list):
        for inner in value:
            _template(inner, place, found)


def _is_jsonata(value) -> bool:
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def _expressions(value, place, found) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.endswith(".$"):
                text = f"Field is not supported by JSONata states: {name}"
                found.append(Problem("SCHEMA_VALIDATION_FAILED", text, place))
            _expressions(inner, f"{place}/{name}", found)
    elif isinstance(value, list):
        for inner in value:
            _expressions(inner, place, found)
    elif _is_jsonata(value):
        from dealab.models import queries

        try:
            queries.check(value[2:-2])
        except queries.QueryError as error:
            found.append(Problem("INVALID_JSONATA_EXPRESSION", f"{error}", place))
    elif isinstance(value, str) and value.strip().startswith("{%"):
        found.append(
            Problem(
                "INVALID_JSONATA_EXPRESSION",
                "The expression must start with {% and end with %}",
                place,
            )
        )


def _transitions(machine, place, states, found) -> None:
    start = machine["StartAt"]
    if start not in states:
        text = f"Missing 'StartAt' target: {start}"
        found.append(Problem("MISSING_TRANSITION_TARGET", text, f"{place}/StartAt"))
        return
    reached, todo = set(), [start]
    for name, state in states.items():
        for target, where in targets(state):
            if target not in states:
                text = f"Missing 'Next' target: {target}"
                found.append(
                    Problem("MISSING_TRANSITION_TARGET", text, f"{place}/States/{name}/{where}")
                )
    while todo:
        name = todo.pop()
        if name not in reached and name in states:
            reached.add(name)
            todo += [target for target, _ in targets(states[name])]
    for name in states:
        if name not in reached:
            text = f'State "{name}" is not reachable.'
            found.append(Problem("MISSING_TRANSITION_TARGET", text, f"{place}/States/{name}"))
    if not any(
        isinstance(s, dict) and (s.get("End") is True or s.get("Type") in ENDS)
        for s in states.values()
    ):
        found.append(
            Problem("MISSING_END_STATE", "The state machine has no end", f"{place}/States")
        )


def targets(state) -> list[tuple[str, str]]:
    """Return where a state can go next, as (state name, where it says so)."""
    if not isinstance(state, dict):
        return []
    found = [(state["Next"], "Next")] if "Next" in state else []
    for field in ("Choices", "Catch"):
        entries = state.get(field)
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and "Next" in entry:
                found.append((entry["Next"], f"{field}[{number}]/Next"))
    return [*found, (state["Default"], "Default")] if "Default" in state else found


def every_state(machine: dict):
    """Yield (name, state) for every state, inner ones after the one that holds them."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in inner_machines(state):
            yield from every_state(inner)


def inner_machines(state: dict) -> list[dict]:
    """Return the machines inside a Parallel or Map state."""
    processor = state.get("ItemProcessor", state.get("Iterator"))
    return [*state.get("Branches", []), *([processor] if processor else [])]
