"""What the fuzz tests of statements that change something need: a lake, its state, the checks."""

import collections
import contextlib
import hashlib
import json
import random
import re
import signal
import sys

import change_seeds_athena
import change_seeds_redshift
import mutations

from dealab.sql import Athena, LabBug, LabLimit, Lake, Redshift, ServiceError, SqlError

SEEDS = {"athena": change_seeds_athena, "redshift": change_seeds_redshift}
SECONDS = 10  # a statement that takes longer hangs

#: what no learner should read: DuckDB's, sqlglot's and Python's ways of failing
RAW = re.compile(
    r"\b(?:Binder|Catalog|Parser|Conversion|Internal|INTERNAL|Invalid Input|Out of Range|IO"
    r"|Constraint|TransactionContext|Dependency|Permission|Serialization|Not implemented) Error|"
    r"(?i:sqlglot|duckdb)|Traceback|object has no attribute|lab_\w+\(|<class '|NoneType|"
    r"\b(?:Key|Type|Value|Attribute|Index|Name|Assertion|Unicode\w+|FileNotFound|OS)Error\b"
)  # fmt: skip


@contextlib.contextmanager
def limited(seconds: float):
    """Interrupt what takes longer, as a notebook's stop button does."""
    late = []

    def stop(signum, frame):
        late.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def seeds(service: str) -> list[tuple[str, str]]:
    """Return (mark, statement) of every seed: the mark is "", "!" (refused) or "#" (a limit)."""
    found = []
    for one in SEEDS[service].SEEDS:
        mark = one[0] if one[0] in "!#" else ""
        found.append((mark, one[len(mark) :]))
    return found


class World:
    """A lake of its own with clients of both services, set up for the seeds of one of them."""

    def __init__(self, folder, service: str):
        self.service, self.lake = service, Lake(folder)
        for location, content in SEEDS[service].OBJECTS.items():
            self.lake.put(location, content)
        self.athena = Athena(lake=self.lake)
        self.first = Redshift(lake=self.lake) if service == "redshift" else self.athena
        for statement in SEEDS[service].SETUP:
            self.first.run(statement)
        self.second = Redshift(lake=self.lake) if service == "redshift" else Athena(lake=self.lake)
        self.probes = {}
        self._digests: dict = {}

    # --- state ------------------------------------------------------------------------

    def state(self, session=None) -> dict[str, object]:
        """Return everything that a refused statement must leave as it was."""
        made = {"catalog": self.catalog(), "objects": self.objects()}
        if self.service == "redshift":
            made |= self.namespace(session or self.first)
        else:
            made["groups"] = self.groups()
        return made

    def catalog(self) -> str:
        catalog = self.lake.catalog
        return json.dumps(
            [
                {name: catalog.database(name) for name in catalog.databases},
                [
                    [catalog.find(home, name).entry, catalog.partitions(home, name)]
                    for home in catalog.databases
                    for name in catalog.tables(home)
                ],
            ],
            sort_keys=True,
        )

    def objects(self) -> list[tuple[str, str]]:
        """Return the name and a digest of every object, Athena's results left out."""
        found = []
        for bucket in self.lake.buckets():
            for name, file in self.lake.objects(f"s3://{bucket}/"):
                if re.match(r"[\w-]+-athena-results/[^/]*$", name):
                    continue
                status = file.stat()
                key = (str(file), status.st_mtime_ns, status.st_size)
                if key not in self._digests:
                    self._digests[key] = hashlib.blake2b(file.read_bytes()).hexdigest()[:16]
                found.append((name, self._digests[key]))
        return found

    def groups(self) -> str:
        groups = self.first.groups
        return repr([v for k, v in sorted(vars(groups).items()) if k != "executions"])

    def namespace(self, session) -> dict[str, object]:
        space = session.namespace
        found = {
            "committed": dict(space.committed),
            "changes": dict(session.objects.changes),
            "session": (
                session.user, session.database, list(session.search_path),
                dict(session.variables), sorted(session.prepared), sorted(session.cursors),
            ),
            "logs": {name: len(rows) for name, rows in space.logs.items()
                     if "load" not in name and name != "stl_file_scan"},
        }  # fmt: skip
        if session.transaction is None or not session.aborted:
            found["rows"] = self.rows(session)
        return found

    def rows(self, session) -> dict[str, object]:
        """Return a digest of the rows of every table that DuckDB keeps, as the session sees it."""
        connection = session.duck().connection
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'rs' ORDER BY 1"
        ).fetchall()
        if not names:
            return {}
        text = " UNION ALL ".join(
            "SELECT {}, count(*), sum(hash(t)::HUGEINT) FROM rs.{} AS t".format(
                "'" + name.replace("'", "''") + "'", '"' + name.replace('"', '""') + '"'
            )
            for (name,) in names
        )
        return {name: rest for name, *rest in connection.execute(text).fetchall()}

    # --- checks -----------------------------------------------------------------------

    def run(self, engine, sql: str):
        """Run a statement; return (Result or error, what is wrong with how it ended)."""
        answer, wrong = None, ""
        try:
            with limited(SECONDS) as late:
                answer = engine.run(sql)
            shown = " ".join([answer.message, *answer.notes])
        except (ServiceError, LabLimit) as error:
            answer, shown = error, str(error)
        except LabBug as error:
            return error, f"LabBug: {error.message}"
        except SqlError as error:
            return error, f"bare {type(error).__name__}"
        except KeyboardInterrupt as error:
            return error, "stopped"
        except BaseException as error:
            return error, f"{type(error).__name__}: {error}"
        if late:
            return answer, "hangs"
        if RAW.search(shown) and not RAW.search(sql):
            wrong = f"words of the lab's own tools: {shown}"
        elif str(self.lake.base) in shown or str(self.lake.top) in shown:
            wrong = f"a path of this machine: {shown}"
        return answer, wrong

    def failed(self, engine, sql: str) -> str:
        """Run a statement that must end in one of the allowed ways; return what is wrong."""
        _, wrong = self.run(engine, sql)
        return wrong and f"{sql[:200]!r} afterwards: {wrong}"

    def answers(self, engine) -> str:
        """Check that a session still answers. A block that an error ended needs ROLLBACK."""
        answer, wrong = self.run(engine, "SELECT 1")
        aborted = getattr(engine, "aborted", False)
        if aborted:
            if getattr(answer, "code", "") != "25P02":
                return f"an aborted block answers {answer}"
            return ""
        return wrong or ("" if getattr(answer, "rows", None) == [(1,)] else f"SELECT 1: {answer}")

    def readable(self, tables: int = 30) -> str:
        """Check that everything there can be described and read, or is refused by name."""
        catalog, stamp = self.lake.catalog, None
        for home in catalog.databases:
            for name in catalog.tables(home):
                found = catalog.find(home, name)
                stamp = (id(found), found.location)
                if self.probes.get((home, name)) == stamp:
                    continue
                self.probes[home, name] = stamp
                for sql in (
                    f"DESCRIBE `{home}`.`{name}`",
                    f'SELECT * FROM "{home}"."{name}" LIMIT 2',
                    f"SHOW CREATE {'VIEW' if found.is_view else 'TABLE'} `{home}`.`{name}`",
                ):
                    wrong = self.failed(self.athena, sql)
                    if wrong:
                        return wrong
        return self.relations() if self.service == "redshift" else ""

    def relations(self) -> str:
        session = self.first
        if session.transaction is not None:
            return ""
        for key, found in session.objects.items("relation"):
            if self.probes.get(key) == found or key[2].startswith("pg_temp"):
                continue
            self.probes[key] = found
            path = ".".join('"' + part.replace('"', '""') + '"' for part in key[1:])
            kind = "TABLE" if type(found).__name__ == "Table" else "VIEW"
            for sql in (f"SELECT * FROM {path} LIMIT 2", f"SHOW {kind} {path}"):
                wrong = self.failed(session, sql)
                if wrong:
                    return wrong
        return ""


def changed(before: dict, after: dict) -> str:
    """Return which parts of the state differ, and where."""
    told = []
    for part in before:
        if part not in after or before[part] == after[part]:
            continue
        one, other = before[part], after[part]
        if isinstance(one, dict):
            keys = [k for k in {**one, **other} if one.get(k) != other.get(k)]
            told += [f"{part} {k}: {one.get(k)!s:.300} -> {other.get(k)!s:.300}" for k in keys[:3]]
        elif isinstance(one, list):
            told.append(f"{part}: -{[x for x in one if x not in other][:3]} "
                        f"+{[x for x in other if x not in one][:3]}")  # fmt: skip
        else:
            told.append(f"{part}: {one!s:.300} -> {other!s:.300}")
    return "; ".join(told)


# --- mutations --------------------------------------------------------------------------

NAME = re.compile(r"[A-Za-z_]\w*$")
STRING = re.compile(r"'")
KEYWORDS = (
    "select", "table", "from", "partition", "order", "user", "default", "null", "end", "case",
    "timestamp", "date", "values", "group", "with", "location", "all", "true", "role", "column",
)  # fmt: skip
NAMES = (
    "a" * 130, "a" * 300, "é", "中", '"a b"', '"a""b"', '""', "`a b`", "1a", "a.b.c.d", "_x", "a-b",
    "'x'", "$x", "#t", "x$y", '"x$partitions"', '"', "`", "a;b", "\x00", '"A"', "pg_x", "?", "$1",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1e400", "9" * 40, "9" * 5000, "2147483648", "9223372036854775808", "0.5", "1e3",
    "0x1F", "-0", "1_000", "''", "NULL", "'1'", "NaN", "128", "65536",
)  # fmt: skip


class ChangeMutator(mutations.Mutator):
    """Makes statements wrong in one to three ways; the seed decides how."""

    def __init__(self, service: str, seed):
        pool = [sql for _, sql in seeds(service)]
        super().__init__(pool, 0)
        self.pool, self.dice = pool, random.Random(seed)
        self.words = SEEDS[service].WORDS
        self.ways += (
            self.word, self.word, self.word, self.name, self.number, self.quotes, self.empty,
            self.cut, self.clause, self.clause, self.again, self.keyword, self.text,
        )  # fmt: skip

    def statement(self) -> str:
        sql = self.dice.choice(self.pool)
        for _ in range(self.dice.choice((0, 1, 1, 1, 2, 3))):
            marks = list(mutations.TOKEN.finditer(sql))
            if marks:
                sql = self.dice.choice(self.ways)(sql, marks)
        return sql

    def _one(self, marks, wanted):
        return self.dice.choice([mark for mark in marks if wanted.match(mark[0])] or marks)

    def word(self, sql, marks):
        return mutations._put(sql, self.dice.choice(marks), self.dice.choice(self.words))

    def name(self, sql, marks):
        return mutations._put(sql, self._one(marks, NAME), self.dice.choice(NAMES))

    def keyword(self, sql, marks):
        return mutations._put(sql, self._one(marks, NAME), self.dice.choice(KEYWORDS))

    def number(self, sql, marks):
        wanted = re.compile(r"\d")
        return mutations._put(sql, self._one(marks, wanted), self.dice.choice(NUMBERS))

    def quotes(self, sql, marks):
        mark = self._one(marks, STRING)
        inner = mark[0].strip("'\"`")
        quote = self.dice.choice(("'{}'", '"{}"', "`{}`", "{}", "'{}", "{}'", "$${}$$", "''{}''"))
        return mutations._put(sql, mark, quote.format(inner))

    def empty(self, sql, marks):
        return mutations._put(sql, self._one(marks, STRING), self.dice.choice(("''", '""', "")))

    def text(self, sql, marks):
        """Change what stands inside a literal."""
        mark = self._one(marks, STRING)
        at = self.dice.randrange(len(mark[0]) + 1)
        more = self.dice.choice(
            (*mutations.STRANGE, "..", "/", "//", "''", "%", "=", "x" * 3000, "\\n")
        )
        return mutations._put(sql, mark, mark[0][:at] + more + mark[0][at:])

    def cut(self, sql, marks):
        """Take out a run of words."""
        at = self.dice.randrange(len(marks))
        end = min(len(marks) - 1, at + self.dice.randrange(1, 8))
        return sql[: marks[at].start()] + sql[marks[end].end() :]

    def clause(self, sql, marks):
        """Put a run of words of another statement in."""
        other = self.dice.choice(self.pool)
        there = list(mutations.TOKEN.finditer(other))
        at = self.dice.randrange(len(there))
        end = min(len(there) - 1, at + self.dice.randrange(1, 8))
        mark = self.dice.choice(marks)
        piece = other[there[at].start() : there[end].end()]
        return f"{sql[: mark.end()]} {piece} {sql[mark.end() :]}"

    def again(self, sql, marks):
        """Say a run of words twice."""
        at = self.dice.randrange(len(marks))
        end = min(len(marks) - 1, at + self.dice.randrange(1, 8))
        piece = sql[marks[at].start() : marks[end].end()]
        return f"{sql[: marks[end].end()]} {piece} {sql[marks[end].end() :]}"


# --- sequences --------------------------------------------------------------------------


CONTROL = ("BEGIN", "BEGIN", "COMMIT", "ROLLBACK", "ROLLBACK", "SELECT 1/0")


def sequence(folder, service: str, seed: int, length: int, tally=None) -> list[str]:
    """Run random statements in two sessions of a lake; return what was wrong with them."""
    dice, mutator = random.Random(seed), ChangeMutator(service, f"{service} {seed}")
    world, wrong = World(folder, service), []
    sessions = [world.first, world.second] if dice.random() < 0.5 else [world.first]
    opened: dict = {}  # session -> (transaction id, state at BEGIN) while nobody else changes
    for _ in range(length):
        engine = dice.choice(sessions)
        control = service == "redshift" and dice.random() < 0.2
        sql = dice.choice(CONTROL) if control else mutator.statement()
        before = world.state(engine)
        was = getattr(engine, "transaction", None)
        answer, problem = world.run(engine, sql)
        after = world.state(engine)
        refused = isinstance(answer, BaseException)
        if tally is not None:
            tally[type(answer).__name__] += 1
        script = service == "redshift" and ";" in sql  # its first statements may have run
        now = getattr(engine, "transaction", None)
        if not problem and refused and not script and not getattr(engine, "aborted", False):
            told = changed(before, after)
            problem = told and f"refused ({answer!s:.200}), and changed {told}"
        if not problem and service == "redshift":
            if now != was:
                if was is not None and was in opened and sql in ("ROLLBACK", "ABORT"):
                    # what lies in the lake is not rolled back: UNLOAD has written it
                    back = {k: after[k] for k in ("committed", "changes", "rows")}
                    told = changed(opened[was], back)
                    problem = told and f"not rolled back: {told}"
                opened.pop(was, None)
                if now is not None:
                    opened = {now: after} if sql == "BEGIN" else {}
            elif now is None and not refused:
                opened.clear()  # another session's change is there to stay
        problem = problem or world.answers(engine)
        problem = problem or world.readable()
        if problem:
            wrong.append(f"{seed}: {sql[:700]!r}\n   {problem[:900]}")
            if re.search("^(hangs|stopped)", problem) or len(wrong) > 5:
                break
            if "aborted" in problem or "SELECT 1" in problem:
                break
    for engine in sessions:
        if getattr(engine, "transaction", None) is not None:
            world.run(engine, "ROLLBACK")
        told = world.answers(engine)
        if told:
            wrong.append(f"{seed}: at the end: {told}")
    return wrong


def main(service: str, first: str = "0", count: str = "100", length: str = "60") -> None:
    """Run many sequences: ``python tests/sql/changes.py redshift 1000 50``."""
    import tempfile
    from pathlib import Path

    import lake

    folder, tally = lake.make(Path(tempfile.mkdtemp())), collections.Counter()
    for mark, sql in seeds(service):
        world = World(folder, service)
        answer, problem = world.run(world.first, sql)
        got = {ServiceError: "!", LabLimit: "#"}.get(type(answer), "")
        if problem or got != mark:
            print(f"{sql}: {got or 'runs'}, {problem or answer}")
    for seed in range(int(first), int(first) + int(count)):
        for problem in sequence(folder, service, seed, int(length), tally):
            print(problem)
    print(dict(tally))


if __name__ == "__main__":
    main(*sys.argv[1:])
