"""Tables under random changes, against a model of a few lines of Python.

Redshift: rows under INSERT, UPDATE, DELETE, MERGE, TRUNCATE, ALTER, in blocks that are committed
or rolled back. Athena: a partitioned table whose partitions come and go while its files stay.
"""

import copy
import random
from decimal import Decimal

import pytest

from dealab.sql import Athena, LabLimit, Lake, Redshift, ServiceError


class Rows:
    """What a table holds: its columns, and its rows as dicts."""

    def __init__(self):
        self.columns, self.rows = ["id", "v", "n"], []

    def shown(self) -> list[tuple]:
        found = [tuple(row[name] for name in self.columns) for row in self.rows]
        return sorted(found, key=repr)


class RedshiftModel:
    """A session that changes ``m``, another that only reads it, and what both should see."""

    def __init__(self, folder, seed: int):
        lake, self.dice = Lake(folder), random.Random(seed)
        self.one, self.two = Redshift(lake=lake), Redshift(lake=lake)
        self.one.run("CREATE TABLE m (id int NOT NULL, v varchar(5), n decimal(8,2))")
        self.one.run("CREATE TABLE src (id int); INSERT INTO src VALUES (3), (5), (5), (NULL)")
        self.kept, self.now, self.block = Rows(), Rows(), None  # block: None, "open", "aborted"
        self.locked = False

    def step(self) -> str:
        ways = (
            self.insert, self.insert, self.insert, self.update, self.update, self.delete,
            self.merge, self.merge, self.truncate, self.add, self.drop, self.rename, self.fail,
            self.begin, self.begin, self.commit, self.rollback, self.remove, self.widen,
            self.refused,
        )  # fmt: skip
        return self.dice.choice(ways)()

    def change(self, sql: str, apply) -> str:
        """Run a statement that changes the table, and change the model when it may."""
        if self.block == "aborted":
            with pytest.raises(ServiceError, match="current transaction is aborted"):
                self.one.run(sql)
            return sql
        result = self.one.run(sql)
        count = apply(self.now)
        assert result.update_count in (None, count), sql
        if self.block is None:
            self.kept = copy.deepcopy(self.now)
        return sql

    def value(self) -> dict:
        return {
            "id": self.dice.randrange(12),
            "v": self.dice.choice(("a", "b", "", "it's", None, "\u00e9")),
            "n": self.dice.choice((None, Decimal("0.00"), Decimal("-1.50"), Decimal("99999.25"))),
        }

    @staticmethod
    def text(value) -> str:
        if value is None:
            return "NULL"
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)

    def names(self) -> dict[str, str]:
        """Return the columns that a value has, under the names that they have now."""
        return {name: name.replace("other", "v") for name in self.now.columns if name != "w"}

    def insert(self):
        names = self.names()
        values = [self.value() for _ in range(self.dice.randrange(1, 4))]
        listed = ", ".join(
            "(" + ", ".join(self.text(value[key]) for key in names.values()) + ")"
            for value in values
        )

        def apply(table):
            for value in values:
                row = {name: value[key] for name, key in names.items()}
                table.rows.append(row | ({"w": 7} if "w" in table.columns else {}))
            return len(values)

        return self.change(f"INSERT INTO m ({', '.join(names)}) VALUES {listed}", apply)

    def update(self):
        rest, name = (
            self.dice.randrange(3),
            next(n for n in self.now.columns if n in ("v", "other")),
        )

        def apply(table):
            hit = [row for row in table.rows if row["id"] % 3 == rest]
            for row in hit:
                row |= {"id": row["id"] + 1, "n": None if row["n"] is None else row["n"] - 1}
                row[name] = f"u{row['id'] - 1}"
            return len(hit)

        return self.change(
            f"UPDATE m SET id = id + 1, n = n - 1, {name} = 'u' || id WHERE id % 3 = {rest}", apply
        )

    def delete(self):
        low = self.dice.randrange(12)

        def apply(table):
            before = len(table.rows)
            table.rows = [r for r in table.rows if not (low <= r["id"] <= low + 2)]
            return before - len(table.rows)

        return self.change(f"DELETE FROM m WHERE id BETWEEN {low} AND {low + 2}", apply)

    def remove(self):
        def apply(table):
            before = len(table.rows)
            table.rows = [r for r in table.rows if r["id"] not in (3, 5)]
            return before - len(table.rows)

        return self.change("DELETE FROM m USING src WHERE m.id = src.id", apply)

    def merge(self):
        name = next(n for n in self.now.columns if n in ("v", "other"))
        value = self.value()
        key = value["id"]
        sql = (
            f"MERGE INTO m USING (SELECT {key} AS id, 'm'::varchar(5) AS t) s ON m.id = s.id "
            f"WHEN MATCHED THEN UPDATE SET {name} = s.t "
            f"WHEN NOT MATCHED THEN INSERT (id, {name}) VALUES (s.id, s.t)"
        )

        def apply(table):
            hit = [row for row in table.rows if row["id"] == key]
            for row in hit:
                row[name] = "m"
            if not hit:
                made = dict.fromkeys(table.columns) | {"id": key, name: "m"}
                table.rows.append(made | ({"w": 7} if "w" in table.columns else {}))
            return max(1, len(hit))

        return self.change(sql, apply)

    def truncate(self):
        """TRUNCATE commits the block that it stands in."""

        def apply(table):
            table.rows = []
            self.block, self.locked = None, False
            return None

        return self.change("TRUNCATE m", apply)

    def add(self):
        if "w" in self.now.columns:
            return self.change_refused("ALTER TABLE m ADD COLUMN w int", "already exists")

        def apply(table):
            table.columns.append("w")
            for row in table.rows:
                row["w"] = 7

        return self.alter("ALTER TABLE m ADD COLUMN w int DEFAULT 7", apply)

    def drop(self):
        if "w" not in self.now.columns:
            return self.change_refused("ALTER TABLE m DROP COLUMN w", "does not exist")

        def apply(table):
            table.columns.remove("w")
            for row in table.rows:
                del row["w"]

        return self.alter("ALTER TABLE m DROP COLUMN w", apply)

    def rename(self):
        old = next(name for name in self.now.columns if name in ("v", "other"))
        new = "other" if old == "v" else "v"

        def apply(table):
            table.columns = [new if name == old else name for name in table.columns]
            for row in table.rows:
                row[new] = row.pop(old)

        return self.alter(f"ALTER TABLE m RENAME COLUMN {old} TO {new}", apply)

    def widen(self):
        return self.alter("ALTER TABLE m ALTER DISTSTYLE EVEN", lambda table: None)

    def alter(self, sql, apply):
        self.locked = self.locked or self.block == "open"
        return self.change(sql, apply)

    def change_refused(self, sql: str, words: str) -> str:
        match = "current transaction is aborted" if self.block == "aborted" else words
        with pytest.raises(ServiceError, match=match):
            self.one.run(sql)
        self.block = self.block and "aborted"
        return sql

    def fail(self):
        """Fail at run time, after some rows were already good."""
        sql = self.dice.choice(
            (
                "INSERT INTO m (id) SELECT 1 UNION ALL SELECT NULL",
                "UPDATE m SET id = id / (id - id) WHERE id >= 0",
                "INSERT INTO m (id, n) VALUES (1, 1), (2, 99999999)",
                "DELETE FROM m WHERE 1 / (id - id) = 1",
            )
        )
        try:
            self.one.run(sql)
        except ServiceError:
            self.block = self.block and "aborted"
        else:
            assert "/" in sql, sql  # no rows, no division
            assert not self.now.rows, sql
        return sql

    def refused(self):
        """Fail before anything runs."""
        return self.change_refused("INSERT INTO m (nope) VALUES (1)", "does not exist")

    def begin(self):
        if self.block is None:
            self.one.run("BEGIN")
            self.block = "open"
        return "BEGIN"

    def commit(self):
        self.one.run("COMMIT")
        if self.block == "open":
            self.kept = copy.deepcopy(self.now)
        return self.ended("COMMIT")

    def rollback(self):
        self.one.run("ROLLBACK")
        return self.ended("ROLLBACK")

    def ended(self, sql):
        if self.block is not None:
            self.now = copy.deepcopy(self.kept)
        self.block, self.locked = None, False
        return sql

    def check(self):
        if self.block != "aborted":
            assert self.seen(self.one) == self.now.shown()
        try:
            assert self.seen(self.two) == self.kept.shown()
        except LabLimit:
            assert self.locked  # it would wait for the block that alters the table

    @staticmethod
    def seen(session):
        return sorted(session.run("SELECT * FROM m").rows, key=repr)


@pytest.mark.parametrize("seed", range(4))
def test_redshift_rows_against_a_model(lake_folder, seed):
    model, trail = RedshiftModel(lake_folder, seed), []
    for _ in range(45):
        trail.append("?")
        try:
            trail[-1] = model.step()
            model.check()
        except Exception as problem:
            raise AssertionError(f"{problem}\nafter " + ";\n".join(trail)) from problem


DAYS = [f"2026-01-0{number}" for number in range(1, 6)]
HOME = "s3://made/days/"


class AthenaModel:
    """A table with a partition a day: files in folders, and which of these are registered."""

    def __init__(self, folder, seed: int):
        self.lake, self.dice = Lake(folder), random.Random(seed)
        self.client = Athena(lake=self.lake)
        self.next = 1
        self.form = self.dice.choice(("PARQUET", "TEXTFILE", "JSON"))
        self.client.run(
            f"CREATE TABLE days WITH (format = '{self.form}', external_location = '{HOME}', "
            "partitioned_by = ARRAY['day'], write_compression = 'NONE') AS "
            "SELECT 0 AS id, '2026-01-01' AS day"
        )
        self.folders: dict[str, list[int]] = {"2026-01-01": [0]}
        self.parts: dict[str, str] = {"2026-01-01": "2026-01-01"}  # day -> folder

    def step(self) -> str:
        ways = (self.insert, self.insert, self.insert, self.drop, self.drop, self.add, self.repair,
                self.lay, self.move, self.again, self.fail, self.rewrite)  # fmt: skip
        return self.dice.choice(ways)()

    def insert(self):
        """INSERT registers the partitions that it writes, and writes where they are."""
        days = self.dice.sample(DAYS, self.dice.randrange(1, 3))
        rows = []
        for day in days:
            rows.append((self.next, day))
            self.next += 1
        sql = "INSERT INTO days VALUES " + ", ".join(f"({n}, '{day}')" for n, day in rows)
        assert self.client.run(sql).update_count == len(rows)
        for number, day in rows:
            folder = self.parts.setdefault(day, day)
            self.folders.setdefault(folder, []).append(number)
        return sql

    def drop(self):
        """Athena drops the partition; the files stay."""
        day = self.dice.choice(DAYS)
        sql = f"ALTER TABLE days DROP IF EXISTS PARTITION (day = '{day}')"
        self.client.run(sql)
        self.parts.pop(day, None)
        return sql

    def add(self):
        day = self.dice.choice(DAYS)
        sql = f"ALTER TABLE days ADD PARTITION (day = '{day}')"
        if day in self.parts:
            with pytest.raises(ServiceError, match="already exists"):
                self.client.run(sql)
        else:
            self.client.run(sql)
            self.parts[day] = day
        return sql

    def again(self):
        day = self.dice.choice(DAYS)
        sql = f"ALTER TABLE days ADD IF NOT EXISTS PARTITION (day = '{day}')"
        self.client.run(sql)
        self.parts.setdefault(day, day)
        return sql

    def repair(self):
        self.client.run("MSCK REPAIR TABLE days")
        for folder in self.folders:
            if folder in DAYS:
                self.parts.setdefault(folder, folder)
        return "MSCK REPAIR TABLE days"

    def lay(self):
        """A job outside lays a file into a folder: seen where that is registered."""
        day, number = self.dice.choice(DAYS), self.next
        self.next += 1
        target = self.lake.target(f"{HOME}day={day}/job-{number}")
        if self.form == "PARQUET":
            import pyarrow
            import pyarrow.parquet

            table = pyarrow.table({"id": pyarrow.array([number], pyarrow.int32())})
            pyarrow.parquet.write_table(table, target)
        else:
            target.write_text(f"{number}\n" if self.form == "TEXTFILE" else f'{{"id": {number}}}\n')
        self.folders.setdefault(day, []).append(number)
        return f"-- file {number} in {day}"

    def move(self):
        """Point a partition at another folder."""
        if not self.parts:
            return ""
        day, other = self.dice.choice(sorted(self.parts)), self.dice.choice(DAYS)
        sql = f"ALTER TABLE days PARTITION (day = '{day}') SET LOCATION '{HOME}day={other}/'"
        self.client.run(sql)
        self.parts[day] = other
        return sql

    def rewrite(self):
        old, new = self.dice.sample(DAYS, 2)
        sql = f"ALTER TABLE days PARTITION (day = '{old}') RENAME TO PARTITION (day = '{new}')"
        if old in self.parts and new not in self.parts:
            self.client.run(sql)
            self.parts[new] = self.parts.pop(old)
        else:
            with pytest.raises(ServiceError):
                self.client.run(sql)
        return sql

    def fail(self):
        sql = "INSERT INTO days SELECT 1 / (id - id), day FROM days"
        if self.expected():
            with pytest.raises(ServiceError):
                self.client.run(sql)
        return sql

    def expected(self) -> list[tuple[int, str]]:
        return sorted((n, day) for day, at in self.parts.items() for n in self.folders.get(at, []))

    def check(self):
        assert sorted(self.client.run("SELECT id, day FROM days").rows) == self.expected()
        shown = [row[0] for row in self.client.run("SHOW PARTITIONS days").rows]
        assert sorted(shown) == sorted(f"day={day}" for day in self.parts)
        day = self.dice.choice(DAYS)
        counted = self.client.run(f"SELECT count(*) FROM days WHERE day = '{day}'").rows
        assert counted == [(sum(one == day for _, one in self.expected()),)]


@pytest.mark.parametrize("seed", range(4))
def test_athena_partitions_against_a_model(lake_folder, seed):
    model, trail = AthenaModel(lake_folder, seed), []
    for _ in range(30):
        trail.append("?")
        try:
            trail[-1] = model.step()
            model.check()
        except Exception as problem:
            raise AssertionError(f"{problem}\nafter " + ";\n".join(trail)) from problem
