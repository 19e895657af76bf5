"""COPY at work: files to records, records to checked rows, rows into the table.

All checks of values are one pass of DuckDB over the fields; a second pass makes the values of the
rows that are left. Errors are written to the system tables before a failed load is rolled back.
"""

from dataclasses import replace

from dealab.sql.redshift import storage
from dealab.sql.redshift.loading import checks, columnar, files, jsons, logs, texts
from dealab.sql.redshift.loading.records import EMPTY, Bad, Records
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import quote

VIEW = "lab copy rows"


def run(engine, table, columns, location: str, options) -> Outcome:
    """Load the files into these columns of a table; return the Outcome with its INFO lines."""
    table = storage.current(engine, table)
    is_columnar = options.format == "PARQUET"
    if options.has("MANIFEST"):
        found = files.manifest(engine.lake, location, is_columnar)
    else:
        found = files.find(engine.lake, location)
    options.values["source"] = location
    if is_columnar:
        return columnar.run(engine, table, columns, found, options)
    records = read(engine, columns, found, options)
    connection = engine.duck().connection
    connection.register(VIEW, arrow(records))
    try:
        errors = sorted(
            [*records.bad, *value_errors(engine, columns, records, options)],
            key=lambda bad: (bad.file, bad.line),
        )
        tolerated = len(errors) < options.max_error or options.has("IGNOREALLERRORS")
        if errors and not tolerated:
            shown = errors[: max(1, options.max_error)]
            logs.write(engine, table, columns, found, records, options, 0, shown, False)
            raise logs.failed(table.name, errors[0], found[errors[0].file].url, columns)
        outcome, loaded = Outcome(), len(records.rows) - _late(errors, records)
        if not options.has("NOLOAD"):
            outcome = insert(engine, table, columns, records, errors, options)
    finally:
        connection.unregister(VIEW)
    logs.write(engine, table, columns, found, records, options, loaded, errors, True)
    return finished(engine, table, options, outcome, loaded, len(errors), len(records.replaced))


def finished(engine, table, options, outcome, loaded, errors, replaced) -> Outcome:
    """Return the outcome with the service's INFO lines; the session remembers the load."""
    query, _ = logs.ids(engine)
    engine.last_copy = (query, 0 if options.has("NOLOAD") else loaded)
    name = table.name
    if options.has("NOLOAD"):
        said = f"INFO: Load into table '{name}' completed, 0 record(s) loaded successfully."
        said += f" NOLOAD: {loaded} record(s) could be loaded."
        notes = [said]
        loaded = 0
    else:
        notes = [
            f"INFO: Load into table '{name}' completed, {loaded} record(s) loaded successfully."
        ]
    if errors:
        notes.append(
            f"INFO: Load into table '{name}' completed, {errors} record(s) could not be loaded.  "
            "Check 'stl_load_errors' system table for details."
        )
    if replaced:
        notes.append(
            f"INFO: Load into table '{name}' completed, {replaced} record(s) were loaded with "
            "replacements made for ACCEPTINVCHARS. Check 'stl_replacements' system table for "
            "details."
        )
    return Outcome(message="COPY", notes=notes, update_count=loaded, duckdb=outcome.duckdb)


def read(engine, columns, found, options) -> Records:
    """Return the records of all files."""
    records = Records(len(columns))
    if options.format == "JSON":
        pick = jsons.picker(engine.lake, options, columns)
    else:
        fills = [fill(column, options) for column in columns]
    dirty = False
    for at, one in enumerate(found):
        content = files.text(one, options)
        dirty = dirty or (not content.isascii() and bool(texts.SURROGATES.search(content)))
        if options.format == "JSON":
            jsons.read(content, at, options, records, pick)
        else:
            texts.read(content, at, options, records, fills)
    if dirty:
        texts.settle_characters(records, options)
        for bad in records.bad:
            bad.raw = texts.readable(bad.raw)
            bad.fields = [one and texts.readable(one) for one in bad.fields]
    return records


def fill(column, options):
    """Return what FILLRECORD gives a missing field: '' for VARCHAR, else NULL.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html#copy-fillrecord
    """
    if column.type.name == "varchar" and not options.has("EMPTYASNULL"):
        return EMPTY if options.format == "CSV" else ""
    return None


def arrow(records: Records):
    import pyarrow as pa

    names = [f"f{at}" for at in range(records.width)]
    held = [pa.array(column, pa.string()) for column in records.columns()]
    numbers = pa.array(range(len(records.rows)), pa.int64())
    return pa.table([numbers, *held], names=["n", *names])


def cleaned(columns, options) -> str:
    """Return the query of the fields with NULLs in their places."""
    picks = [
        f"{checks.normal(f'f{at}', column, options)} AS v{at}" for at, column in enumerate(columns)
    ]
    return f"SELECT n, {', '.join(picks)} FROM {quote(VIEW)}"


def value_errors(engine, columns, records: Records, options) -> list[Bad]:
    """Return the rows with a value that its column does not take: the first one of each row."""
    if not records.rows:
        return []
    tests = [
        f"{at} || '|' || {checks.problem(f'v{at}', column, options)}"
        for at, column in enumerate(columns)
    ]
    query = (
        f"SELECT n, problem FROM (SELECT n, coalesce({', '.join(tests)}) AS problem FROM "
        f"({cleaned(columns, options)})) WHERE problem IS NOT NULL ORDER BY n"
    )
    found = []
    for number, problem in engine.duck().execute(query):
        at, code, position, reason = problem.split("|", 3)
        fields = records.rows[number]
        value = fields[int(at)]
        found.append(
            Bad(
                records.file[number],
                records.line[number],
                records.raw[number],
                int(at),
                int(code),
                reason,
                int(position),
                "" if value in (None, EMPTY) else value,
                fields,
            )
        )
        found[-1].row = number
    return found


def _late(errors: list[Bad], records: Records) -> int:
    """Return how many errors are rows that were cut into fields."""
    return sum(1 for bad in errors if hasattr(bad, "row"))


def insert(engine, table, columns, records, errors, options) -> Outcome:
    """Add the rows without an error to the table."""
    if not records.rows:
        return Outcome()
    values = ", ".join(
        f"{checks.made_value(f'v{at}', column, options)} AS c{at}"
        for at, column in enumerate(columns)
    )
    bad = [str(one.row) for one in errors if hasattr(one, "row")]
    where = f" WHERE n NOT IN ({', '.join(bad)})" if bad else ""
    query = f"SELECT {values} FROM (SELECT * FROM ({cleaned(columns, options)}){where} ORDER BY n)"
    outcome = storage.append(
        engine, table, Plan(query=query, local=True), [column.name for column in columns]
    )
    return replace(outcome, rows=[])
