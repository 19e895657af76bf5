"""What DynamoDB checks of a request before it runs, and the capacity units that it takes.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Requests are the API's JSON. Left out: the older parameters (Expected, KeyConditions).
"""

import re
from dataclasses import dataclass, field

from dealab.models.dynamodb import values
from dealab.models.dynamodb.values import Invalid

MAX_ITEM = 400 * 1024
EXPRESSIONS = (
    "ConditionExpression",
    "UpdateExpression",
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
)


@dataclass(frozen=True)
class Index:
    """``keys`` are its key attributes, ``projection`` as in the table's description."""

    name: str
    is_global: bool
    keys: list
    projection: dict

    def holds(self, name: str, table_keys: list) -> bool:
        kind = self.projection.get("ProjectionType", "ALL")
        more = self.projection.get("NonKeyAttributes") or []
        return kind == "ALL" or name in (*self.keys, *table_keys, *more)

    def entry(self, item: dict | None, table_keys: list) -> dict | None:
        """Return what the index holds of ``item``; None if it lacks one of the index's keys."""
        if item is None or any(key not in item for key in self.keys):
            return None
        return {name: value for name, value in item.items() if self.holds(name, table_keys)}


@dataclass(frozen=True)
class Table:
    """``keys`` partition key first, ``types`` of the declared attributes, ``indexes`` by name."""

    name: str
    keys: list
    types: dict
    indexes: dict

    def check_item(self, item: dict) -> None:
        schema = {name: self.types[name] for name in self.keys}
        indexes = {one.name: {k: self.types[k] for k in one.keys} for one in self.indexes.values()}
        values.check_item(item, schema, indexes)

    def of_index(self, message: str) -> str:
        """Return a refusal of a key's type in the words for an index's key, if it is one."""
        found = re.search(r"for key (\S+) expected: (\w+) actual: (\w+)", message)
        index = next((one for one in self.indexes.values() if found and found[1] in one.keys), None)
        if index is None:
            return message
        return (
            f"One or more parameter values were invalid: Type mismatch for Index Key {found[1]} "
            f"Expected: {found[2]} Actual: {found[3]} IndexName: {index.name}"
        )

    def check_key(self, key: dict) -> None:
        values.check_key(key, {name: self.types[name] for name in self.keys})


def parts(body: dict) -> list[tuple[str, str, dict]]:
    """Return (kind, table, request) for every single operation in a request."""
    if "TransactItems" in body:
        return [(kind, one["TableName"], one) for item in body["TransactItems"]
                for kind, one in item.items()]  # fmt: skip
    if "RequestItems" in body:
        found = []
        for table, asked in body["RequestItems"].items():
            if isinstance(asked, dict):  # BatchGetItem
                found += [("Get", table, {**asked, "Key": key}) for key in asked["Keys"]]
            else:
                found += [(kind.removesuffix("Request"), table, one)
                          for request in asked for kind, one in request.items()]  # fmt: skip
        return found
    return [("", body["TableName"], body)]


def check(operation: str, body: dict, table_of) -> None:
    """Refuse what the service refuses before it looks at an item, and put values in their form.

    Changes ``body``: numbers get their shortest form. Raises Invalid.
    """
    if operation == "update_item" and "UpdateExpression" not in body:
        body.setdefault("AttributeUpdates", {})  # it makes the item if it is not there
    batch = {"batch_write_item": (25, "BatchWriteItem"), "batch_get_item": (100, "BatchGetItem")}
    found = parts(body)
    if operation in batch and len(found) > batch[operation][0]:
        raise Invalid(f"Too many items requested for the {batch[operation][1]} call")
    for asked in body.get("RequestItems", {}).values():
        if isinstance(asked, dict):
            asked["Keys"] = [_normal(key) for key in asked["Keys"]]
    touched = []
    for _, name, request in found:
        for place in ("Item", "Key", "ExpressionAttributeValues"):
            if request.get(place) and not (place == "Key" and "Keys" in request):
                request[place] = _normal(request[place])
        if operation not in ("query", "scan"):
            table = table_of(name)
            if "Item" in request:
                table.check_item(request["Item"])
                check_size(request["Item"])
            elif "Key" in request:
                table.check_key(_normal(request["Key"]))
            source = request.get("Item") or request["Key"]
            touched.append((table.name, repr([source[key] for key in table.keys])))
        check_placeholders(request)
    if "RequestItems" in body and len(set(touched)) < len(touched):
        raise Invalid("Provided list of item keys contains duplicates")
    if operation in ("query", "scan"):
        _check_page(operation, body, table_of(body["TableName"]))


def _normal(attributes: dict) -> dict:
    return {name: values.normal(value) for name, value in attributes.items()}


def check_size(item: dict) -> None:
    if values.item_size(item) > MAX_ITEM:
        raise Invalid("Item size has exceeded the maximum allowed size")


def check_placeholders(request: dict) -> None:
    """Refuse names and values that no expression uses."""
    text = " ".join(str(request.get(name) or "") for name in EXPRESSIONS)
    used = set(re.findall(r"[#:]\w+", text))
    _check_update_values(request)
    for kind in ("Names", "Values"):
        given = request.get(f"ExpressionAttribute{kind}")
        if given is None:
            continue
        if not text.strip():
            raise Invalid(f"ExpressionAttribute{kind} can only be specified when using expressions")
        if not given:
            raise Invalid(f"ExpressionAttribute{kind} must not be empty")
        if unused := [name for name in given if name not in used]:
            shown = ", ".join(sorted(unused))
            raise Invalid(f"Value provided in ExpressionAttribute{kind} unused in expressions: "
                          f"keys: {{{shown}}}")  # fmt: skip


def _check_update_values(request: dict) -> None:
    """Refuse an update that uses a value nobody gave; conditions say so themselves."""
    given = request.get("ExpressionAttributeValues") or {}
    for name in re.findall(r"(?<![\w:#]):\w+", str(request.get("UpdateExpression") or "")):
        if name not in given:
            raise Invalid(
                "Invalid UpdateExpression: An expression attribute value used in expression is not "
                f"defined; attribute value: {name}"
            )


def _check_page(operation: str, body: dict, table: Table) -> None:
    index = body.get("IndexName")
    if index and index not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {index}")
    if index and table.indexes[index].is_global and body.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    keys = table.indexes[index].keys if index else table.keys
    if body.get("KeyConditionExpression"):
        _check_key_condition(body, keys, table.types)
    start = body.get("ExclusiveStartKey")
    fits = start is None or (
        set(start) == {*keys, *table.keys}
        and all(next(iter(start[name])) == table.types[name] for name in start)
    )
    if not fits:
        raise Invalid("The provided starting key is invalid")
    if operation == "query" and body.get("FilterExpression"):
        for path in _paths(body["FilterExpression"], body):
            if path[0] in keys:
                raise Invalid("Filter Expression can only contain non-primary key attributes: "
                              f"Primary key attribute: {path[0]}")  # fmt: skip
    segment, total = body.get("Segment"), body.get("TotalSegments")
    if (segment is None) != (total is None):
        missing = "TotalSegments" if total is None else "Segment"
        other = "Segment" if total is None else "TotalSegments"
        raise Invalid(
            f"The {missing} parameter is required but was not present in the request when "
            f"{other} parameter is present"
        )
    if segment is not None and segment >= total:
        raise Invalid(
            "The Segment parameter is zero-based and must be less than parameter "
            f"TotalSegments: Segment: {segment} is not less than TotalSegments: {total}"
        )


def _check_key_condition(body: dict, keys: list, types: dict) -> None:
    """Refuse operators that a key condition does not have, and values of another type."""
    text = body["KeyConditionExpression"]
    if found := re.search(r"<>|(?<![\w#:])(OR|NOT|IN)(?!\w)", text, re.I):
        raise Invalid(f"Invalid operator used in KeyConditionExpression: {found.group().upper()}")
    names = body.get("ExpressionAttributeNames") or {}
    given = body.get("ExpressionAttributeValues") or {}
    pairs = re.findall(r"([#\w]+)\s*(?:=|<=|>=|<|>)\s*(:\w+)", text)
    for name, low, high in re.findall(r"([#\w]+)\s+BETWEEN\s+(:\w+)\s+AND\s+(:\w+)", text, re.I):
        pairs += [(name, low), (name, high)]
    starts = re.findall(r"begins_with\s*\(\s*([#\w]+)\s*,\s*(:\w+)", text)
    conditions = re.findall(r"([#\w]+)\s*(?:[=<>]+|BETWEEN(?=\s))", text, re.I)
    conditions = [names.get(name, name) for name in conditions + [name for name, _ in starts]]
    if len(set(conditions)) < len(conditions):
        raise Invalid("KeyConditionExpressions must only contain one condition per key")
    for name, value in pairs + starts:
        plain = names.get(name, name)
        kind = next(iter(given.get(value) or {types.get(plain): None}))
        if (name, value) in starts and kind == "N":
            raise Invalid(
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
                "operator or function: begins_with, operand type: N"
            )
        if plain in keys and kind != types[plain]:
            raise Invalid(
                "One or more parameter values were invalid: Condition parameter type does not "
                "match schema type"
            )


def projected(result: dict, request: dict) -> dict:
    """Return an item's answer cut down to the request's ProjectionExpression."""
    text = request.get("ProjectionExpression")
    if not text or "Item" not in result:
        return result
    paths = _paths(text.replace(",", " "), request)
    return {**result, "Item": values.project(result["Item"], paths)}


def _paths(text: str, body: dict) -> list[list]:
    """Return the document paths of an expression, with names put in."""
    names = body.get("ExpressionAttributeNames") or {}
    found = []
    for token in re.findall(r"(?<![:\w#])[#A-Za-z_][\w.#\[\]\-]*(?!\s*\()(?![\w.#\[\]\-])", text):
        if token.upper() not in ("AND", "OR", "NOT", "IN", "BETWEEN"):
            found.append([names.get(p, p) if isinstance(p, str) else p
                          for p in values.path_parts(token)])  # fmt: skip
    return found


def asked_paths(body: dict, table: Table, index: str | None) -> list | None:
    """Return the paths that a local index has to fetch from the table; None if there is no need.

    An empty list stands for whole items. Raises Invalid for a global index that lacks them.
    """
    if not index:
        return None
    found = table.indexes[index]
    text = body.get("ProjectionExpression")
    paths = _paths(text.replace(",", " "), body) if text else []
    lacking = [path[0] for path in paths if not found.holds(path[0], table.keys)]
    if found.is_global:
        if lacking:
            raise Invalid(
                f"One or more parameter values were invalid: Global secondary index {index} "
                f"does not project [{', '.join(lacking)}]"
            )
        return None
    whole = found.projection.get("ProjectionType", "ALL") != "ALL"
    if body.get("Select") == "ALL_ATTRIBUTES" and whole:
        return []
    return paths if lacking else None


def without_filter(body: dict) -> dict:
    """Return the request with everything that only changes what is returned left out."""
    kept = {
        name: value
        for name, value in body.items()
        if name not in ("FilterExpression", "ProjectionExpression", "Select", "AttributesToGet")
    }
    used = set(re.findall(r"[#:]\w+", body.get("KeyConditionExpression") or ""))
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        left = {key: value for key, value in (body.get(name) or {}).items() if key in used}
        kept.pop(name, None)
        if left:
            kept[name] = left
    return kept


# capacity


@dataclass
class Units:
    """Units that a request took of one table: of the table itself and of each index."""

    table: str
    own: float = 0.0
    indexes: dict = field(default_factory=dict)  # name -> (is_global, units)
    kind: str = ""  # ReadCapacityUnits or WriteCapacityUnits, shown for transactions

    def shown(self, asked: str) -> dict | None:
        """Return ConsumedCapacity for ReturnConsumedCapacity=``asked``."""
        if asked == "NONE":
            return None
        if asked not in ("TOTAL", "INDEXES"):
            raise Invalid(
                f"1 validation error detected: Value '{asked}' at 'returnConsumedCapacity' "
                "failed to satisfy constraint: Member must satisfy enum value set: "
                "[INDEXES, TOTAL, NONE]"
            )
        total = self.own + sum(units for _, units in self.indexes.values())
        found = {"TableName": self.table, "CapacityUnits": total}
        if self.kind:
            found[self.kind] = total
        if asked == "INDEXES":
            found["Table"] = {"CapacityUnits": self.own} | (
                {self.kind: self.own} if self.kind else {}
            )
            for word, is_global in (("Global", True), ("Local", False)):
                these = {
                    n: {"CapacityUnits": u} for n, (g, u) in self.indexes.items() if g == is_global
                }
                if these:
                    found[f"{word}SecondaryIndexes"] = these
        return found


def written(body: dict, table_of) -> list[tuple]:
    """Return (table, key, factor) for every item that a request writes or checks."""
    factor = 2 if "TransactItems" in body else 1
    found = []
    for _, name, request in parts(body):
        keys = table_of(name).keys
        source = request.get("Item") or request["Key"]
        found.append((name, {key: source[key] for key in keys}, factor))
    return found


def got(body: dict) -> list[tuple]:
    """Return (table, key, consistent, factor) for every item that a request gets."""
    transaction = "TransactItems" in body
    return [
        (name, one["Key"], transaction or bool(one.get("ConsistentRead")), 2 if transaction else 1)
        for _, name, one in parts(body)
    ]


def add_read(units: dict, table: Table, index: str | None, size: int, consistent: bool,
             factor: int = 1) -> None:  # fmt: skip
    found = units.setdefault(table.name, Units(table.name))
    cost = values.read_units(size, consistent, factor)
    if factor == 2:
        found.kind = "ReadCapacityUnits"
    if index:
        one = table.indexes[index]
        found.indexes[index] = (one.is_global, found.indexes.get(index, (0, 0.0))[1] + cost)
    else:
        found.own += cost


def add_write(units: dict, table: Table, before: dict | None, after: dict | None,
              factor: int = 1) -> None:  # fmt: skip
    found = units.setdefault(table.name, Units(table.name))
    found.own += values.write_units(before, after, factor)
    if factor == 2:
        found.kind = "WriteCapacityUnits"
    for one in table.indexes.values():
        entries = one.entry(before, table.keys), one.entry(after, table.keys)
        cost = values.index_units(*entries, one.keys, factor)
        if cost:
            found.indexes[one.name] = (
                one.is_global,
                found.indexes.get(one.name, (0, 0.0))[1] + cost,
            )
