"""The Glue catalog, what Lake Formation lets whom see, and sensitive data, as tables."""


def catalog(database: str | None = None):
    """One row per table of the catalog (of one ``database``, or of all).

    Columns: database, table, type, format (its SerDe's name), columns and partitions (how many),
    location.
    """
    import pandas

    found = _lake().catalog
    rows = []
    for home in [database.lower()] if database else found.databases:
        for name in found.tables(home):
            entry = found.entry(home, name)
            storage = entry.get("StorageDescriptor", {})
            serde = storage.get("SerdeInfo", {}).get("SerializationLibrary", "")
            keys = entry.get("PartitionKeys", [])
            rows.append(
                {
                    "database": home,
                    "table": name,
                    "type": entry.get("TableType", ""),
                    "format": entry.get("Parameters", {}).get("table_type")
                    or serde.rpartition(".")[2],
                    "columns": len(storage.get("Columns", [])) + len(keys),
                    "partitions": len(found.listed(home, name)) if keys else 0,
                    "location": storage.get("Location", ""),
                }
            )
    names = ["database", "table", "type", "format", "columns", "partitions", "location"]
    return pandas.DataFrame(rows, columns=names)


def columns(database: str, table: str):
    """One row per column of a table, partition keys last: column, type, partition_key, comment.

    Raises KeyError when the catalog has no such table.
    """
    import pandas

    entry = _entry(database, table)
    listed = [(one, False) for one in entry.get("StorageDescriptor", {}).get("Columns", [])]
    listed += [(one, True) for one in entry.get("PartitionKeys", [])]
    return pandas.DataFrame(
        [
            {
                "column": one["Name"],
                "type": one.get("Type", ""),
                "partition_key": key,
                "comment": one.get("Comment", ""),
            }
            for one, key in listed
        ],
        columns=["column", "type", "partition_key", "comment"],
    )


def partitions(database: str, table: str):
    """One row per registered partition: a column for each key, location, objects, bytes.

    Raises KeyError when the catalog has no such table.
    """
    import pandas

    entry, lake = _entry(database, table), _lake()
    keys = [key["Name"] for key in entry.get("PartitionKeys", [])]
    home = entry.get("StorageDescriptor", {}).get("Location", "")
    rows = []
    for part in lake.catalog.listed(database, table):
        location = part.get("StorageDescriptor", {}).get("Location") or home
        files = [file for _, file in lake.objects(location.rstrip("/") + "/")]
        size = sum(file.stat().st_size for file in files)
        values = dict(zip(keys, part["Values"], strict=False))
        rows.append({**values, "location": location, "objects": len(files), "bytes": size})
    return pandas.DataFrame(rows, columns=[*keys, "location", "objects", "bytes"])


def who_sees(database: str, table: str, principals=None):
    """One row per principal and column: principal, column, sees, rows (the filter), because.

    ``principals`` are role names or ARNs; without them, all that a grant names. Raises KeyError
    when the catalog has no such table.
    """
    import pandas

    from dealab.cloud.joints import lakeformation
    from dealab.cloud.lab import current

    lab = current()
    entry = _entry(database, table)
    names = [
        one["Name"]
        for one in (*entry.get("StorageDescriptor", {}).get("Columns", ()), *entry["PartitionKeys"])
    ]
    rules = lakeformation.rules(lab)
    arns = [lakeformation.guardian(lab, one)[1] for one in principals or ()]
    rows = rules.explain(database, table, names, arns or None)
    return pandas.DataFrame(rows, columns=["principal", "column", "sees", "rows", "because"])


def sensitive(location: str, managed=None, extra=()):
    """One row per kind of sensitive data in the objects at ``s3://bucket/prefix``.

    Columns: key, identifier, category, count, severity, first (where it was found first).
    ``managed`` and ``extra`` as in ``dealab.models.pii.findings``, which is a model of Macie.
    """
    import pandas

    from dealab.models import pii

    objects = [(name, path.read_bytes()) for name, path in _lake().objects(location)]
    found = pii.findings(objects, pii.RECOMMENDED if managed is None else managed, extra)
    rows = [
        {
            "key": finding.key,
            "identifier": one.identifier,
            "category": one.category,
            "count": one.count,
            "severity": one.severity,
            "first": ", ".join(f"{name} {value}" for name, value in one.locations[0].items()),
        }
        for finding in found
        for one in finding.detections
    ]
    names = ["key", "identifier", "category", "count", "severity", "first"]
    return pandas.DataFrame(rows, columns=names)


def _lake():
    from dealab.sql import lake

    return lake.current()


def _entry(database: str, table: str) -> dict:
    found = _lake().catalog.entry(database, table)
    if found is None:
        raise KeyError(f"the catalog has no table {database}.{table}")
    return found
