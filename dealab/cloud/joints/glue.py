"""The Glue Data Catalog that boto3 sees is the one of ``dealab.sql``: each side sees the other's
changes at once.

moto keeps its own databases. Here they are filled from the lake's catalog when somebody looks, and
what boto3 changes is written to that catalog. Names are in lower case, as Glue keeps them; the
first version of a table is 0 and versions are listed from the newest.
https://docs.aws.amazon.com/cli/latest/reference/glue/get-table-versions.html (checked 2026-11-23)
"""

from functools import wraps

#: what Glue adds to a table's input when it answers
ADDED = ("DatabaseName", "CatalogId", "CreateTime", "UpdateTime", "VersionId")


def join(lab_of) -> None:
    from moto.glue.models import FakeTable, GlueBackend

    from dealab.cloud import lab as labs

    def catalog_of(backend):
        lab = labs.running()
        here = lab and (backend.account_id, backend.region_name) == (lab.account, lab.region)
        return lab.lake.catalog if here else None

    def databases(self):
        catalog, held = catalog_of(self), self.__dict__["_databases"]
        if catalog is not None and self.__dict__.get("_seen") != (catalog, catalog.version):
            _pull(self, catalog, held, labs.running().started)
            self._seen = (catalog, catalog.version)
        return held

    def set_databases(self, value):
        self.__dict__["_databases"] = value

    GlueBackend.databases = property(databases, set_databases)
    _versions(GlueBackend, FakeTable)
    _write_through(GlueBackend, FakeTable, catalog_of)
    _pages()
    _skipped()


def _skipped() -> None:
    """UpdateTable with SkipArchive leaves no version of what it replaces; moto always does."""
    from moto.glue.responses import GlueResponse

    update = GlueResponse.update_table

    def update_table(self):
        answer = update(self)
        if self.parameters.get("SkipArchive"):
            name = self.parameters["TableInput"]["Name"]
            table = self.glue_backend.get_table(self.parameters["DatabaseName"], name)
            table.versions.pop(str(table._current_version - 1), None)
        return answer

    GlueResponse.update_table = update_table


def _pages() -> None:
    """Long lists come in pages; the token is the place where the next one starts."""
    from moto.core.responses import ActionResult
    from moto.glue.exceptions import InvalidInputException
    from moto.glue.responses import GlueResponse

    def paged(name: str, limit: int) -> None:
        call = getattr(GlueResponse, name)

        def answer(self):
            [(key, items)] = call(self).result.items()
            token, wanted = self.parameters.get("NextToken"), self.parameters.get("MaxResults")
            if token and not (token.isdigit() and int(token) < len(items)):
                raise InvalidInputException(name, "Invalid token")
            start = int(token or 0)
            end = start + min(wanted or limit, limit)
            more = {"NextToken": str(end)} if end < len(items) else {}
            return ActionResult({key: items[start:end], **more})

        setattr(GlueResponse, name, answer)

    for name, limit in {
        "get_databases": 100,
        "get_tables": 100,
        "get_table_versions": 100,
        "get_partitions": 1000,
    }.items():
        paged(name, limit)


def _pull(backend, catalog, held, started) -> None:
    """Make moto's databases what the catalog holds. What did not change keeps its versions."""
    from moto.glue.models import FakeDatabase, FakePartition, FakeTable

    new = backend.__dict__.get("_seen", (None,))[0] is not catalog
    moment = started.replace(tzinfo=None)
    if new:
        held.clear()
    for name in [name for name in held if name not in catalog.databases]:
        del held[name]
    for name in catalog.databases:
        database = held.get(name)
        if database is None:
            database = held[name] = FakeDatabase(name, {}, catalog_id=backend.account_id)
            database.created_time = moment if new else database.created_time
        database.input = catalog.database(name)
        names = catalog.tables(name)
        for gone in [table for table in database.tables if table not in names]:
            del database.tables[gone]
        for table_name in names:
            entry, table = catalog.entry(name, table_name), database.tables.get(table_name)
            given = {key: value for key, value in entry.items() if key not in ADDED}
            given["Name"] = table_name
            if table is None:
                table = FakeTable(name, table_name, given, catalog_id=backend.account_id)
                table.created_time = moment if new else table.created_time
                database.tables[table_name] = table
            elif table.entry is not entry:
                table.update(given)
            table.entry = entry
            listed = catalog.listed(name, table_name)
            if getattr(table, "listed", ()) is not listed:
                parts = [FakePartition(name, table_name, part) for part in listed]
                table.partitions = {str(part.values): part for part in parts}
                table.listed = listed


def _versions(GlueBackend, FakeTable) -> None:
    begin, every = FakeTable.__init__, GlueBackend.get_table_versions

    @wraps(begin)
    def begin_at_zero(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        self._current_version = 0
        self.versions = {"0": self.versions.pop("1")}

    def newest_first(self, database_name, table_name):
        return dict(reversed(every(self, database_name, table_name).items()))

    FakeTable.__init__ = begin_at_zero
    GlueBackend.get_table_versions = newest_first


def _write_through(GlueBackend, FakeTable, catalog_of) -> None:
    from moto.glue.exceptions import InvalidInputException
    from moto.glue.models import glue_backends

    from dealab.sql.errors import LabLimit

    def pushed(backend, catalog, table=None, partitions=False):
        """Write what moto holds now to the catalog, and note that both are the same."""
        if table is not None and not partitions:
            given = table.get_version(str(table._current_version))
            catalog.put_entry({**given, "DatabaseName": table.database_name, "Name": table.name})
            table.entry = catalog.entry(table.database_name, table.name)
        elif table is not None:
            names = {"DatabaseName": table.database_name, "TableName": table.name}
            parts = [{**part.partition_input, **names} for part in table.partitions.values()]
            catalog.put_partitions(table.database_name, table.name, parts)
            table.listed = catalog.listed(table.database_name, table.name)
        backend._seen = (catalog, catalog.version)

    def on_database(name, write):
        call = getattr(GlueBackend, name)

        @wraps(call)
        def change(self, database_name, *args, **kwargs):
            database_name = database_name.lower()
            if args and isinstance(args[0], dict):
                args[0]["Name"] = args[0].get("Name", database_name).lower()
            answer = call(self, database_name, *args, **kwargs)
            if (catalog := catalog_of(self)) is not None:
                write(catalog, database_name, *args)
                pushed(self, catalog)
            return answer

        setattr(GlueBackend, name, change)

    on_database("create_database", lambda catalog, name, given, *_: catalog.put_database(given))
    on_database("update_database", lambda catalog, name, given: catalog.put_database(given))
    on_database("delete_database", lambda catalog, name: catalog.drop_database(name))

    find_database, find_table = GlueBackend.get_database, GlueBackend.get_table
    create, remove = GlueBackend.create_table, GlueBackend.delete_table
    update = GlueBackend.update_table

    def get_database(self, database_name):
        return find_database(self, database_name.lower())

    def get_table(self, database_name, table_name):
        return find_table(self, database_name.lower(), table_name.lower())

    def create_table(self, database_name, table_name, table_input, open_table_format_input=None):
        if open_table_format_input:
            raise LabLimit(
                "CreateTable with OpenTableFormatInput",
                "Glue writes the first metadata of an Iceberg table.",
                "Athena's CREATE TABLE ... TBLPROPERTIES ('table_type' = 'ICEBERG') does the same.",
            )
        table_input["Name"] = table_name.lower()
        table = create(self, database_name.lower(), table_name.lower(), table_input)
        if (catalog := catalog_of(self)) is not None:
            pushed(self, catalog, table)
            pushed(self, catalog, table, partitions=True)
        return table

    def update_table(self, database_name, table_name, table_input):
        table_input["Name"] = table_name.lower()
        update(self, database_name, table_name, table_input)
        if (catalog := catalog_of(self)) is not None:
            pushed(self, catalog, self.get_table(database_name, table_name))

    def delete_table(self, database_name, table_name):
        remove(self, database_name.lower(), table_name.lower())
        if (catalog := catalog_of(self)) is not None:
            catalog.drop_table(database_name, table_name)
            pushed(self, catalog)

    GlueBackend.get_database, GlueBackend.get_table = get_database, get_table
    GlueBackend.create_table, GlueBackend.update_table = create_table, update_table
    GlueBackend.delete_table = delete_table

    def on_partitions(name):
        call = getattr(FakeTable, name)

        @wraps(call)
        def change(self, *args):
            given = args[-1].get("Values", []) if isinstance(args[-1], dict) else None
            keys = self.get_version(str(self._current_version)).get("PartitionKeys", [])
            if given is not None and len(given) != len(keys):
                raise InvalidInputException(
                    name,
                    "The number of partition keys do not match the number of partition values",
                )
            call(self, *args)
            for account in glue_backends.values():
                for backend in account.values():
                    catalog = catalog_of(backend)
                    if catalog is not None and catalog.entry(self.database_name, self.name):
                        pushed(backend, catalog, self, partitions=True)

        setattr(FakeTable, name, change)

    for name in ("create_partition", "update_partition", "delete_partition"):
        on_partitions(name)
