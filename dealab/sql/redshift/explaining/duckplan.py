"""DuckDB's plan, without the steps that only DuckDB takes."""

import re


def kind(raw: dict) -> str:
    name = (raw.get("name") or raw.get("type") or "").upper().strip()
    return "SEQ_SCAN" if name == "TABLE_SCAN" else name


def info(raw: dict) -> dict:
    return raw.get("extra_info") or {}


def texts(raw: dict, key: str) -> list[str]:
    found = info(raw).get(key, "")
    if isinstance(found, list):
        return [str(one) for one in found]
    return [str(found)] if found else []


def estimated(raw: dict) -> int:
    """Return the rows that DuckDB expects, or those of the first operator below that tells."""
    told = str(info(raw).get("Estimated Cardinality", "")).lstrip("~")
    if told.isdigit():
        return max(int(told), 1)
    return max((estimated(child) for child in raw.get("children") or ()), default=1)


def actual(raw: dict) -> int | None:
    """Return the rows that an operator really gave, where the plan is that of a run."""
    return raw.get("intermediate_rows")


PASSED = (
    "PROJECTION", "RESULT_COLLECTOR", "EXPLAIN_ANALYZE", "EXPLAIN", "MATERIALIZE", "INSERT",
    "BATCH_INSERT", "CREATE_TABLE_AS", "BATCH_CREATE_TABLE_AS", "COPY_TO_FILE",
    "BATCH_COPY_TO_FILE", "STREAMING_RESULT_COLLECTOR", "QUERY", "UPDATE", "DELETE",
)  # fmt: skip


def below(raw: dict) -> dict:
    """Return the first operator that does more than pass rows on."""
    while kind(raw) in PASSED and raw.get("children"):
        raw = raw["children"][-1]
    return raw


def simplified(raw: dict) -> dict:
    """Return the plan without DuckDB's rewrites: rows that are fetched late by their number, and
    DISTINCT aggregates that are worked out apart."""
    raw = below(raw)
    late = below(raw["children"][0]) if kind(raw) == "ORDER_BY" and raw.get("children") else raw
    if _by_rowid(late):
        return _fetched(late)
    if kind(raw) == "CTE" and str(info(raw).get("CTE Name", "")).startswith("__aggregate_cte"):
        definition, main = raw["children"]
        made = _aggregate_in(main)
        groups = info(made).get("Groups", "") if made else ""
        name = "HASH_GROUP_BY" if groups else "UNGROUPED_AGGREGATE"
        told = {**(info(made) if made else {}), "Aggregates": ["distinct"]}
        told["Estimated Cardinality"] = str(estimated(main))
        return {"name": name, "extra_info": told, "children": [simplified(definition)]}
    made = dict(raw)
    children = raw.get("children") or ()
    told = dict(info(raw))
    if kind(raw).endswith("GROUP_BY") and children:
        told["Groups"] = [resolved(one, children[0]) for one in texts(raw, "Groups")]
    if "JOIN" in kind(raw) and len(children) > 1:
        told["Conditions"] = [condition(one, children) for one in texts(raw, "Conditions")]
    made["extra_info"] = told
    made["children"] = [simplified(child) for child in children]
    return made


def condition(text: str, children) -> str:
    """Return a join's condition with names in place of positions, and without what ``planning``
    has added to it."""
    text = re.sub(r'\((.+?) \|\| "left"\(CAST\(random\(\) AS VARCHAR\), 0\)\)', r"\1", text)
    made = re.fullmatch(r"(.+?) (=|IS NOT DISTINCT FROM) (.+)", text)
    if made is None:
        return text
    left, right = resolved(made[1], children[0]), resolved(made[3], children[1])
    return f"{left} {made[2]} {right}"


def resolved(text: str, child: dict) -> str:
    """Return what ``#n`` (with or without a cast) means below: a name, or the text itself."""
    while True:
        place = re.fullmatch(r"(?:CAST\()?#(\d+)(?: AS \w+\))?", text)
        if place is None or kind(child) not in ("PROJECTION", "SEQ_SCAN"):
            return text
        listed = texts(child, "Projections")
        if int(place[1]) >= len(listed):
            return text
        text = listed[int(place[1])]
        if not child.get("children"):
            return text
        child = child["children"][0]


def _by_rowid(raw: dict) -> bool:
    return "JOIN" in kind(raw) and texts(raw, "Conditions") == ["rowid = rowid"]


def _fetched(join: dict) -> dict:
    """A join that fetches rows by number: its right side, over the scan of the left side."""
    scan, chosen = (below(child) for child in join["children"])
    top = dict(chosen)
    child = below(chosen["children"][0]) if chosen.get("children") else scan
    if kind(child) == "SEQ_SCAN":
        child = {
            **child,
            "extra_info": {**info(child), "Projections": info(scan).get("Projections")},
        }
    top["children"] = [simplified(child)]
    return top


def _aggregate_in(raw: dict) -> dict | None:
    """Return the topmost aggregate of DuckDB's own way of DISTINCT aggregates."""
    raw = below(raw)
    if kind(raw).endswith(("GROUP_BY", "AGGREGATE")):
        return raw
    for child in raw.get("children") or ():
        found = _aggregate_in(child)
        if found is not None:
            return found
    return None
