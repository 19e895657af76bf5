"""The catalog as one principal sees it: what Lake Formation does not grant is not there.

Everything that Athena's statements know of tables, they know from ``engine.catalog``. For a session
of a role (``engine.principal``) that is this one, so that no form of a query gets around it: a
table without a grant is refused, hidden columns do not exist, and a table with row filters is bound
as the query that shows no more, below views, joins, subqueries, CTAS, UNLOAD and EXPLAIN.

The words of the refusals: https://github.com/aws-samples/dbt-glue/issues/548 and
https://github.com/aws-samples/experimental-programmatic-access-ccft/issues/5 (checked 2026-11-23).
"""

from dataclasses import dataclass, replace

from dealab.sql.catalog import Catalog, Table
from dealab.sql.errors import LabLimit, ServiceError


@dataclass(frozen=True)
class Seen(Table):
    """A table with the part that a principal sees: ``access`` is a Lake Formation answer."""

    access: object = None


class Guarded:
    """A catalog for one principal. ``rules`` answer as ``models.lake_formation`` does."""

    def __init__(self, catalog: Catalog, rules, principal: str):
        self._catalog, self.rules, self.principal = catalog, rules, principal
        self.lake = catalog.lake

    @property
    def version(self) -> int:
        return self._catalog.version

    # --- reading ----------------------------------------------------------------------

    @property
    def databases(self) -> tuple[str, ...]:
        return tuple(name for name in self._catalog.databases if self.database(name))

    def database(self, name: str) -> dict | None:
        found = self._catalog.database(name)
        held = found and (self._may("DESCRIBE", name) or self.tables(name))
        return found if held or name.lower() == "default" else None

    def tables(self, database: str) -> list[str]:
        return [n for n in self._catalog.tables(database) if self._may("DESCRIBE", database, n)]

    def find(self, database: str, name: str) -> Seen | None:
        table = self._catalog.find(database, name)
        if table is None:
            return None
        if not self._may("DESCRIBE", database, name):
            raise denied(f"on {name.lower()}")
        fields = [column for column, _ in table.fields()]
        access = self.rules.access(self.principal, database, name, fields)
        shown = set(access.columns or fields)  # who may only describe sees what there is
        held = {key: getattr(table, key) for key in Table.__dataclass_fields__}
        made = Seen(**held, access=access)
        return made if len(shown) == len(fields) else _without(made, shown)

    def is_view(self, database: str, name: str) -> bool:
        return self._catalog.is_view(database, name)

    def entry(self, database: str, name: str) -> dict | None:
        found = self.find(database, name)
        return found.entry if found is not None else None

    def partitions(self, database: str, name: str) -> list[dict]:
        found = self.find(database, name)
        if found is not None and not found.access.whole:
            for permission in ("INSERT", "ALTER"):
                if self._may(permission, database, name):
                    break
            else:
                raise denied(f"on {name.lower()}")
        return self._catalog.partitions(database, name)

    # --- changing ---------------------------------------------------------------------

    def require(self, permission: str, database: str, name: str, whole: bool = False) -> None:
        """Raise the service's error unless a permission on a table is held. ``whole``: every row
        and column must be open as well."""
        if not self._may(permission, database, name):
            raise denied(f": Required {permission.title()} on {name.lower()}")
        if whole and not self.find(database, name).access.whole:
            raise denied(f": Required Select on {name.lower()}")

    def writable(self, database: str, name: str, permission: str) -> Table | None:
        if self._catalog.entry(database, name) is not None:
            self.require(permission, database, name)
        return self._catalog.find(database, name)

    def put_database(self, entry: dict) -> None:
        if self._catalog.database(entry["Name"]) is None:
            if not self.rules.permits(self.principal, "CREATE_DATABASE", ""):
                raise denied(": Required Create Database on Catalog")
        elif not self._may("ALTER", entry["Name"]):
            raise denied(f": Required Alter on {entry['Name'].lower()}")
        self._catalog.put_database(entry)

    def drop_database(self, name: str) -> None:
        if not self._may("DROP", name):
            raise denied(f": Required Drop on {name.lower()}")
        self._catalog.drop_database(name)

    def put_table(self, entry: dict) -> Table:
        database, name = entry["DatabaseName"], entry["Name"]
        if self._catalog.entry(database, name) is not None:
            if not (self._may("ALTER", database, name) or self._may("INSERT", database, name)):
                raise denied(f": Required Alter on {name.lower()}")
            seen, whole = self.find(database, name), self._catalog.find(database, name)
            if len(seen.fields()) < len(whole.fields()):
                raise LabLimit(
                    f"a change of {name.lower()} by a role that sees a part of its columns",
                    "Athena changes it for who holds ALTER.",
                )
        else:
            self.may_create(database)
        self._check_location(entry.get("StorageDescriptor", {}).get("Location"), database, name)
        if self._catalog.entry(database, name) is None:
            self.rules.creators[database.lower(), name.lower()] = self.principal
        return self._catalog.put_table(entry)

    def may_create(self, database: str) -> None:
        """Raise the service's error unless tables may be created in a database."""
        if not self._may("CREATE_TABLE", database):
            raise denied(f": Required Create Table on {database.lower()}")

    def drop_table(self, database: str, name: str) -> None:
        self.require("DROP", database, name)
        self.rules.creators.pop((database.lower(), name.lower()), None)
        self._catalog.drop_table(database, name)

    def put_partitions(self, database: str, name: str, partitions: list[dict]) -> None:
        if not (self._may("ALTER", database, name) or self._may("INSERT", database, name)):
            raise denied(f": Required Alter on {name.lower()}")
        for part in partitions:
            location = part.get("StorageDescriptor", {}).get("Location")
            self._check_location(location, database, name)
        self._catalog.put_partitions(database, name, partitions)

    def _check_location(self, location: str | None, database: str, name: str) -> None:
        """Refuse a table over the files of another one of which the role sees not everything."""
        place = (location or "").rstrip("/") + "/"
        if place == "/":
            return
        own = (database.lower(), name.lower())
        for home in self._catalog.databases:
            for other in self._catalog.tables(home):
                table = self._catalog.find(home, other)
                there = table.location.rstrip("/") + "/"
                overlaps = there != "/" and (place.startswith(there) or there.startswith(place))
                if overlaps and (home, other) != own:
                    fields = [column for column, _ in table.fields()]
                    if not self.rules.access(self.principal, home, other, fields).whole:
                        raise denied(f": Required Data Location Access on {location}")

    def _may(self, permission: str, database: str, name: str = "") -> bool:
        return bool(self.rules.permits(self.principal, permission, database, name))


def denied(rest: str) -> ServiceError:
    glue = "" if rest.startswith(":") else " "
    return ServiceError(
        "PERMISSION_DENIED", f"Insufficient Lake Formation permission(s){glue}{rest}"
    )


def source(binder, table: Seen, node):
    """Return the Source of a table of which a part is hidden, or None when all of it is open.

    The part is bound as a query over the whole table, with the session's guard taken off.
    """
    from dealab.sql.athena import statements

    access = table.access
    if access.whole:
        return None
    if not access.columns:
        raise denied(f": Required Select on {table.name}")
    if table.is_view:
        raise LabLimit(
            "a view of which columns or rows are granted", "Lake Formation grants whole views only."
        )
    if node.args.get("version"):
        raise LabLimit(
            "time travel in a table with hidden columns or rows",
            "Athena filters the older snapshots as well.",
        )
    reader = statements.read(_query(table))
    inner = statements.binder_of(binder.engine, reader, table.database)
    inner.catalog = binder.catalog._catalog
    query = inner.bind_query(reader.query(), None)
    binder.tables.update(inner.tables)
    binder.reads.extend(inner.reads)
    return binder.query_source(query, ("awsdatacatalog", table.database, table.name))


def _query(table: Seen) -> str:
    access = table.access
    picks = []
    for column in access.columns:
        name = _name(column)
        only = access.cells[column]
        if only is not None and set(only) != set(access.rows or ()):
            picks.append(f"CASE WHEN {_any(only)} THEN {name} END AS {name}")
        else:
            picks.append(name)
    where = f" WHERE {_any(access.rows)}" if access.rows is not None else ""
    return f"SELECT {', '.join(picks)} FROM {_name(table.database)}.{_name(table.name)}{where}"


def _any(filters) -> str:
    return " OR ".join(f"({one})" for one in filters)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _without(table: Seen, shown: set[str]) -> Seen:
    """Return the table as if it had the shown columns only, in Glue's description as well."""
    entry = dict(table.entry)
    storage = dict(entry.get("StorageDescriptor", {}))
    for home, key in ((storage, "Columns"), (entry, "PartitionKeys")):
        home[key] = [column for column in home.get(key, []) if column["Name"].lower() in shown]
    entry["StorageDescriptor"] = storage
    return replace(
        table,
        columns=tuple(pair for pair in table.columns if pair[0] in shown),
        keys=tuple(pair for pair in table.keys if pair[0] in shown),
        comments={name: text for name, text in table.comments.items() if name in shown},
        entry=entry,
    )
