"""Lake Formation's answer: which columns and rows of a table a principal may see, and why.

    rules = LakeFormation(grants=[...], filters=[...], tags={...})
    access = rules.access("arn:aws:iam::111122223333:role/analyst", "sales", "orders", columns)
    access.columns, access.rows, access.reasons

Grants and data cells filters have the shapes of boto3's ``list_permissions`` and
``list_data_cells_filter``. Modeled: grants on databases, tables, all tables of a database and
columns (included or excluded), LF-tags with inheritance and tag expressions, data cells filters,
``IAM_ALLOWED_PRINCIPALS``, what ``ALL`` and any permission imply, what administrators and creators
hold without a grant, the grant option.
https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html
https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html
(the last checked 2026-11-23, the others not)

Left out: other accounts and shares, resource links, nested columns, data locations, hybrid mode,
SAML users and groups. Several filters of one principal are joined cell by cell: a row is seen when
one filter shows it, and a cell that no filter shows is NULL.
"""

import re
from dataclasses import dataclass, field

IAM_ALLOWED = "IAM_ALLOWED_PRINCIPALS"
TABLE_PERMISSIONS = ("SELECT", "INSERT", "DELETE", "DESCRIBE", "ALTER", "DROP")
DATABASE_PERMISSIONS = ("CREATE_TABLE", "ALTER", "DROP", "DESCRIBE")


@dataclass
class Access:
    """What a principal sees of one table.

    ``columns``: names, in the table's order. ``cells``: column -> row filter expressions of which
    one must hold, or None for all rows. ``rows``: the same for whole rows. ``reasons``: column ->
    sentences that name the grants. ``whole`` tells that nothing is hidden.
    """

    columns: tuple[str, ...] = ()
    cells: dict = field(default_factory=dict)
    rows: tuple[str, ...] | None = None
    reasons: dict = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True)
class _View:
    """One grant of SELECT: the columns that it opens, and its row filter (None: all rows)."""

    columns: frozenset
    filter: str | None
    reason: str


class LakeFormation:
    """The rules of one account. ``tags``: ("db",) or ("db", "table") or ("db", "table", "column")
    -> {key: value}; ``admins``: ARNs; ``creators``: (database, table) -> ARN of who made it."""

    def __init__(self, grants, filters=(), tags=None, admins=(), creators=None):
        self.grants = list(grants)
        self.filters = {
            (one["DatabaseName"].lower(), one["TableName"].lower(), one["Name"]): one
            for one in filters
        }
        self.tags = {tuple(p.lower() for p in place): held for place, held in (tags or {}).items()}
        self.admins = {normal(arn) for arn in admins}
        self.creators = creators if creators is not None else {}

    # --- answers ----------------------------------------------------------------------

    def access(self, principal: str, database: str, table: str, columns) -> Access:
        """Return what ``principal`` (an ARN) sees of a table with these columns."""
        columns = tuple(columns)
        views = list(self._views(principal, database.lower(), table.lower(), columns))
        seen, cells, reasons = [], {}, {}
        for column in columns:
            opened = [view for view in views if column.lower() in view.columns]
            if opened:
                seen.append(column)
                filters = [view.filter for view in opened]
                cells[column] = None if None in filters else tuple(dict.fromkeys(filters))
                reasons[column] = [view.reason for view in opened]
        filters = [view.filter for view in views if view.columns]
        rows = None if None in filters or not filters else tuple(dict.fromkeys(filters))
        whole = len(seen) == len(columns) and not any(cells.values())
        return Access(tuple(seen), cells, rows, reasons, whole)

    def permits(self, principal: str, permission: str, database: str, table: str = "") -> list[str]:
        """Return the reasons why a permission on a database or table is held; none: it is not.

        SELECT on a part of the table counts. A permission on a table implies DESCRIBE.
        """
        database, table = database.lower(), table.lower()
        reasons = []
        if permission == "DESCRIBE" and normal(principal) in self.admins:
            reasons.append("a data lake administrator may describe everything")
        maker = self.creators.get((database, table))
        if maker is not None and normal(maker) == normal(principal):
            reasons.append("who creates a table holds all permissions on it")
        for grant in self._grants_of(principal):
            held = set(grant.get("Permissions", ()))
            kind, on = next(iter(grant["Resource"].items()))
            wide = "ALL" in held or permission in held or (permission == "DESCRIBE" and held)
            if wide and self._covers(kind, on, database, table, permission):
                reasons.append(_told(grant))
        return reasons

    def may_grant(self, principal: str, permission: str, database: str, table: str = "") -> bool:
        """Tell whether a principal may pass a permission on: administrators, and who holds it
        with the grant option."""
        if normal(principal) in self.admins:
            return True
        for grant in self._grants_of(principal):
            held = set(grant.get("PermissionsWithGrantOption", ()))
            kind, on = next(iter(grant["Resource"].items()))
            if held & {"ALL", permission} and self._covers(
                kind, on, database.lower(), table.lower(), permission
            ):
                return True
        return False

    def tags_of(self, database: str, table: str = "", column: str = "") -> dict[str, str]:
        """Return the LF-tags of a resource: its own over those that it inherits."""
        path = [part.lower() for part in (database, table, column) if part]
        found: dict[str, str] = {}
        for depth in range(1, len(path) + 1):
            found |= self.tags.get(tuple(path[:depth]), {})
        return found

    def principals(self) -> list[str]:
        """Return every principal that a grant names, sorted."""
        named = {grant["Principal"]["DataLakePrincipalIdentifier"] for grant in self.grants}
        return sorted(named - {IAM_ALLOWED})

    def explain(self, database: str, table: str, columns, principals=None) -> list[dict]:
        """Return a row for each principal and column: principal, column, sees, rows, because."""
        made = []
        for principal in principals or self.principals():
            access = self.access(principal, database, table, columns)
            for column in columns:
                filters = access.cells.get(column)
                made.append(
                    {
                        "principal": principal.rpartition("/")[2],
                        "column": column,
                        "sees": column in access.columns,
                        "rows": "" if column not in access.columns else _rows(filters),
                        "because": "; ".join(access.reasons.get(column, ["no grant of SELECT"])),
                    }
                )
        return made

    # --- inside -----------------------------------------------------------------------

    def _grants_of(self, principal: str):
        """Yield the grants to a principal itself, to all of its account, and to IAM's own way."""
        own = normal(principal)
        account = own.split(":")[4] if own.count(":") >= 5 else ""
        names = {own, IAM_ALLOWED, f"{account}:IAMPrincipals"}
        for grant in self.grants:
            if normal(grant["Principal"]["DataLakePrincipalIdentifier"]) in names:
                yield grant

    def _covers(self, kind: str, on: dict, database: str, table: str, permission: str) -> bool:
        """Tell whether a grant on a resource speaks of this database or table."""
        home = on.get("DatabaseName", on.get("Name", "")).lower()
        if kind == "Catalog":
            return permission == "CREATE_DATABASE"
        if kind == "Database":
            return home == database and not table
        if kind == "LFTagPolicy":
            if (on["ResourceType"] == "TABLE") != bool(table):
                return False
            return matches(on["Expression"], self.tags_of(database, table)) or (
                bool(table) and self._column_matches(on["Expression"], database, table)
            )
        if not table or home != database:
            return False
        name = on.get("TableName", on.get("Name", "")).lower()
        return "TableWildcard" in on or name == table

    def _column_matches(self, expression, database: str, table: str) -> bool:
        columns = [p[2] for p in self.tags if len(p) == 3 and p[:2] == (database, table)]
        return any(matches(expression, self.tags_of(database, table, c)) for c in columns)

    def _views(self, principal: str, database: str, table: str, columns):
        every = frozenset(column.lower() for column in columns)
        maker = self.creators.get((database, table))
        if maker is not None and normal(maker) == normal(principal):
            yield _View(every, None, "who creates a table holds all permissions on it")
        for grant in self._grants_of(principal):
            if not {"ALL", "SELECT"} & set(grant.get("Permissions", ())):
                continue
            kind, on = next(iter(grant["Resource"].items()))
            reason = _told(grant)
            if kind == "LFTagPolicy" and on["ResourceType"] == "TABLE":
                opened = frozenset(
                    column
                    for column in every
                    if matches(on["Expression"], self.tags_of(database, table, column))
                )
                if opened:
                    yield _View(opened, None, reason)
            elif kind in ("Database", "LFTagPolicy", "Catalog", "DataLocation", "LFTag"):
                continue  # no permission on a database opens its tables
            elif not self._covers(kind, on, database, table, "SELECT"):
                continue
            elif kind == "Table":
                yield _View(every, None, reason)
            elif kind == "TableWithColumns":
                yield _View(_chosen(on, every), None, reason)
            elif kind == "DataCellsFilter":
                held = self.filters.get((database, table, on["Name"]))
                if held is not None:
                    row = held.get("RowFilter", {}).get("FilterExpression")
                    yield _View(_chosen(held, every), row or None, reason)


def matches(expression: list[dict], tags: dict[str, str]) -> bool:
    """Tell whether tags satisfy an LF-tag expression: each key, with one of its values."""
    return all(
        any(value in ("*", tags.get(one["TagKey"])) for value in one["TagValues"])
        and one["TagKey"] in tags
        for one in expression
    )


def normal(principal: str) -> str:
    """Return the role's ARN for the ARN of one of its sessions, else what is given."""
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d*):assumed-role/(.+)/[^/]+", principal)
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else principal


def _chosen(on: dict, every: frozenset) -> frozenset:
    """Return the columns that ColumnNames includes or ColumnWildcard leaves over."""
    if on.get("ColumnNames"):
        return every & {name.lower() for name in on["ColumnNames"]}
    excluded = (on.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or []
    return every - {name.lower() for name in excluded}


def _rows(filters) -> str:
    return "all" if filters is None else " OR ".join(f"({one})" for one in filters)


def _told(grant: dict) -> str:
    """Say which grant it is: permissions, resource and principal."""
    kind, on = next(iter(grant["Resource"].items()))
    name = grant["Principal"]["DataLakePrincipalIdentifier"].rpartition("/")[2]
    home = on.get("DatabaseName", "")
    if kind == "LFTagPolicy":
        parts = [f"{one['TagKey']} in ({', '.join(one['TagValues'])})" for one in on["Expression"]]
        where = f"{on['ResourceType'].lower()}s with LF-tags {' and '.join(parts)}"
    elif kind == "Table":
        where = f"all tables of {home}" if "TableWildcard" in on else f"table {home}.{on['Name']}"
    elif kind == "TableWithColumns":
        excluded = (on.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or []
        what = ", ".join(on.get("ColumnNames") or []) or f"all columns but {', '.join(excluded)}"
        where = f"{what} of {home}.{on['Name']}"
    elif kind == "DataCellsFilter":
        where = f"data filter {on['Name']} of {home}.{on['TableName']}"
    else:
        where = f"{kind.lower()} {on.get('Name', '')}".strip()
    return f"{', '.join(sorted(grant.get('Permissions', ())))} on {where} to {name}"
