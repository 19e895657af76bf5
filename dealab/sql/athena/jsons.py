"""Athena's JSON functions. https://trino.io/docs/current/functions/json.html"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena import jsonpath
from dealab.sql.athena.casts import json_text, to_string
from dealab.sql.athena.dialect import JsonCall
from dealab.sql.athena.registry import arguments, bad_argument, special, unexpected
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, BOOLEAN, JSON, VARCHAR, athena_name, text


def json_source(binder, node, value: Value) -> str:
    if value.type.name == "json":
        return value.sql
    if value.type.name in ("varchar", "null"):
        return f"lab_json({value.sql})"
    raise unexpected(binder, node, [value], f"{node.name.lower()}(json, JsonPath)")


def duck_path(binder, node, path: Value) -> str:
    """Return DuckDB's form of a constant path of json_extract."""
    try:
        steps = jsonpath.steps(path.literal)
    except jsonpath.BadPath:
        raise bad_argument(binder, node, f"Invalid JSON path: '{path.literal}'") from None
    out = "$"
    for step in steps:
        if '"' in step or "\\" in step:
            return ""
        out += f"[{step}]" if step.isdigit() else f'."{step}"'
    return out


def part(binder, node, scope) -> tuple[str, Value]:
    """Return the JSON that json_extract and its like find."""
    value, path = arguments(binder, node, scope, 2)
    if path.type.name not in ("varchar", "char", "null"):
        raise unexpected(binder, node, [value, path], f"{node.name.lower()}(json, JsonPath)")
    source = json_source(binder, node, value)
    if path.type.name == "null":
        return "CAST(NULL AS JSON)"
    steps = duck_path(binder, node, path) if isinstance(path.literal, str) else ""
    if steps:
        return f"json_extract({source}, {text(steps)})"
    plain = value.sql if value.type.name == "varchar" else f"CAST({value.sql} AS VARCHAR)"
    return f"CAST(lab_py_json_follow({plain}, {path.sql}) AS JSON)"


@special("json_extract")
def json_extract(binder, node, scope):
    return Value(part(binder, node, scope), JSON)


@special("json_extract_scalar")
def json_extract_scalar(binder, node, scope):
    value, path = arguments(binder, node, scope, 2)
    found = part(binder, node, scope)
    if path.type.name == "null" or value.type.name == "null":
        return Value("CAST(NULL AS VARCHAR)", VARCHAR)
    plain = value.sql if value.type.name == "varchar" else f"CAST({value.sql} AS VARCHAR)"
    # DuckDB rewrites a number's digits: 10.50 stays 10.50 in Athena.
    digits = f"lab_py_json_follow({plain}, {path.sql})"
    return Value(
        f"CASE json_type({found}) WHEN 'DOUBLE' THEN {digits} ELSE lab_json_scalar({found}) END",
        VARCHAR,
    )


@special("json_size")
def json_size(binder, node, scope):
    return Value(f"lab_json_size({part(binder, node, scope)})", BIGINT)


@special("json_array_contains")
def json_array_contains(binder, node, scope):
    value, wanted = arguments(binder, node, scope, 2)
    if wanted.type.name not in ("boolean", "varchar", "null", *types.INTEGERS, *types.FLOATS):
        raise unexpected(binder, node, [value, wanted], "json_array_contains(json, varchar(x))")
    source = json_source(binder, node, value)
    if wanted.type.name in (*types.INTEGERS, *types.FLOATS):
        number = f"TRY_CAST(e AS {types.duck_name(wanted.type)})"
        kinds = "('BIGINT', 'UBIGINT')" if wanted.type.name in types.INTEGERS else "('DOUBLE')"
        test = f"(json_type(e) IN {kinds} AND {number} = {wanted.sql})"
    else:
        test = f"(e = to_json({wanted.sql}))"
    found = f"len(list_filter(CAST({source} AS JSON[]), lambda e: {test})) > 0"
    return Value(
        f"CASE WHEN {wanted.sql} IS NULL THEN NULL WHEN json_type({source}) = 'ARRAY' THEN {found} "
        "END",
        BOOLEAN,
    )


@special("json_table")
def json_table(binder, node, scope):
    raise LabLimit("JSON_TABLE", "it turns a JSON document into rows and columns.")


# --- the SQL standard's functions -----------------------------------------------------


def json_call(binder, node: JsonCall, scope) -> Value:
    """Bind JSON_EXISTS, JSON_QUERY, JSON_VALUE, JSON_OBJECT or JSON_ARRAY."""
    match node.this:
        case "json_object":
            return json_object(binder, node, scope)
        case "json_array":
            return json_array(binder, node, scope)
    clauses = node.args["clauses"]
    value = binder.bind(node.expressions[0], scope)
    source = text_of(binder, node, value, node.args["json"][0])
    path = path_text(binder, node)
    passing = passed(binder, node, path, scope)
    given = f"{source}, {text(path)}, {passing}"
    match node.this:
        case "json_exists":
            answer = clauses.get("error", "FALSE")
            return Value(f"lab_py_json_exists({given}, {text(answer)})", BOOLEAN)
        case "json_query":
            words = (
                clauses.get("wrapper", ""),
                clauses.get("quotes", ""),
                clauses.get("empty", "NULL"),
                clauses.get("error", "NULL"),
            )
            if words[0] and words[1]:
                raise binder.error(
                    "INVALID_FUNCTION_ARGUMENT",
                    f"{words[1]} QUOTES behavior specified with WITH {words[0]} ARRAY WRAPPER "
                    "behavior",
                    node,
                )
            sql = f"lab_py_json_query({given}, {', '.join(map(text, words))})"
            return returned(binder, node, sql)
    return json_value(binder, node, scope, f"lab_py_json_value({given})")


def path_text(binder, node) -> str:
    path = node.args["path"]
    if not (isinstance(path, exp.Literal) and path.is_string):
        raise binder.error("SYNTAX_ERROR", f"mismatched input '{binder.snippet(path)}'", path)
    try:
        jsonpath.read(path.this)
    except jsonpath.BadPath as problem:
        raise binder.error("INVALID_PATH", f"invalid JSON path: {problem}", path) from None
    except jsonpath.Missing as problem:
        raise LabLimit(str(problem), "Trino runs it.") from None
    return path.this


def passed(binder, node, path: str, scope) -> str:
    names = node.args.get("names") or []
    missing = jsonpath.names_used(path) - set(names)
    if missing:
        raise binder.error(
            "INVALID_PATH",
            f"no value passed for parameter {sorted(missing)[0]}",
            node,
            hint='names without quotes are folded to upper case: PASSING x AS "name".',
        )
    if not names:
        return "'{}'"
    values = []
    for label, item, form in zip(names, node.args["passing"], node.args["json"][1:], strict=True):
        value = element(binder, node, item, form, scope)
        values.append(f"{text(label)}, coalesce(CAST({value} AS JSON), 'null'::JSON)")
    return f"CAST(json_object({', '.join(values)}) AS VARCHAR)"


def text_of(binder, node, value: Value, form: str | None) -> str:
    """Return the JSON text of an input."""
    match value.type.name:
        case "varchar" | "char":
            return value.sql
        case "null":
            return "CAST(NULL AS VARCHAR)"
        case "json":
            return f"CAST({value.sql} AS VARCHAR)"
        case "varbinary":
            return f"lab_py_from_bytes({value.sql}, {text(form or 'UTF8')})"
    raise binder.mismatch(
        f"Cannot read input of type {athena_name(value.type)} as JSON using formatting "
        f"{'JSON ENCODING ' + form if form else 'JSON'}",
        node.expressions[0],
    )


def returned(binder, node, sql: str) -> Value:
    """Apply RETURNING to JSON text."""
    kind = node.args.get("returning")
    if kind is None:
        return Value(sql, VARCHAR)
    kind = binder.target_type(kind)
    if kind.name == "varbinary":
        encoding = node.args.get("encoding") or "UTF8"
        return Value(f"lab_py_to_bytes({sql}, {text(encoding)})", kind)
    if kind.name not in ("varchar", "char"):
        raise binder.mismatch(
            f"Cannot output JSON value as {athena_name(kind)} using formatting JSON", node
        )
    return binder.cast_value(Value(sql, VARCHAR), kind, node)


def json_value(binder, node, scope, found: str) -> Value:
    kind = VARCHAR
    if node.args.get("returning") is not None:
        kind = binder.target_type(node.args["returning"])
    label = binder.fresh("v")
    scalar = Value(f"substr({label}, 2)", VARCHAR)
    if kind.name in types.INTEGERS:  # a number of the JSON is rounded to whole, a text must be it
        exact = f"TRY_CAST({scalar.sql} AS DECIMAL(38,9))"
        made = f"TRY(CAST({exact} AS {types.duck_name(kind)}))"
    elif kind == VARCHAR:
        made = scalar.sql
    else:
        made = binder.cast_value(scalar, kind, node, safe=True).sql
    answers = {}
    for clause in ("empty", "error"):
        word = node.args["clauses"].get(clause, "NULL")
        default = node.args.get(clause)
        if word == "DEFAULT":
            value = binder.bind(default, scope)
            if binder.coercion_cost(value.type, kind) is None:
                raise binder.mismatch(
                    f"Function JSON_VALUE default {clause.upper()} result must evaluate to a "
                    f"{athena_name(kind)} (actual: {athena_name(value.type)})",
                    default,
                )
            answers[clause] = binder.coerce(value, kind).sql
        elif word == "ERROR":
            shown = "'JSON path found no items'" if clause == "empty" else f"substr({label}, 2)"
            message = f"'JSON_VALUE_RESULT_ERROR|cannot extract SQL scalar from JSON: ' || {shown}"
            answers[clause] = f"CAST(CAST(lab_fail({message}) AS VARCHAR) AS "
            answers[clause] += f"{types.duck_name(kind)})"
        else:
            answers[clause] = f"CAST(NULL AS {types.duck_name(kind)})"
    body = (
        f"CASE left({label}, 1) WHEN 'v' THEN coalesce({made}, {answers['error']}) "
        f"WHEN 'e' THEN {answers['empty']} WHEN 'x' THEN {answers['error']} END"
    )
    return Value(f"list_transform([{found}], lambda {label}: {body})[1]", kind)


def element(binder, node, item, form: str | None, scope) -> str:
    """Return the JSON text of a value of JSON_OBJECT, JSON_ARRAY or PASSING, NULL for NULL."""
    value = binder.bind(item, scope)
    if isinstance(item, JsonCall) and item.this in ("json_query", "json_object", "json_array"):
        form = form or "UTF8"
    if form is not None:
        return f"CAST(json({text_of(binder, node, value, form)}) AS VARCHAR)"
    name = value.type.name
    if name == "null":
        return "CAST(NULL AS VARCHAR)"
    if name == "json":
        return f"CAST({value.sql} AS VARCHAR)"
    if name in ("boolean", "varchar", "char", *types.NUMBERS):
        return json_text(value)
    shown = to_string(value)
    if shown is None:
        raise binder.mismatch(
            f"Cannot read input of type {athena_name(value.type)} as JSON using formatting JSON",
            item,
        )
    return f"CAST(to_json({shown}) AS VARCHAR)"


def json_array(binder, node, scope) -> Value:
    formats = node.args["json"]
    parts = [
        element(binder, node, item, form, scope)
        for item, form in zip(node.expressions, formats, strict=True)
    ]
    if not parts:
        return returned(binder, node, "'[]'")
    if node.args["clauses"].get("nulls") == "NULL":
        joined = ", ".join(f"coalesce({part}, 'null')" for part in parts)
        inside = f"array_to_string([{joined}], ',')"
    else:
        inside = f"array_to_string(list_filter([{', '.join(parts)}], lambda e: e IS NOT NULL), ',')"
    return returned(binder, node, f"('[' || coalesce({inside}, '') || ']')")


def json_object(binder, node, scope) -> Value:
    keys = [binder.bind(key, scope) for key in node.args.get("keys") or ()]
    for key, written in zip(keys, node.args.get("keys") or (), strict=True):
        if key.type.name not in ("varchar", "char", "null"):
            raise binder.mismatch(
                f"Invalid type of JSON object key: {athena_name(key.type)}", written
            )
    values = [
        element(binder, node, item, form, scope)
        for item, form in zip(node.expressions, node.args["json"], strict=True)
    ]
    clauses = node.args["clauses"]
    nulls = "false" if clauses.get("nulls") == "ABSENT" else "true"
    unique = "true" if clauses.get("unique") else "false"
    if not keys:
        return returned(binder, node, "'{}'")
    sql = (
        f"lab_py_json_object([{', '.join(key.sql for key in keys)}]::VARCHAR[], "
        f"[{', '.join(values)}]::VARCHAR[], {nulls}, {unique})"
    )
    return returned(binder, node, sql)
