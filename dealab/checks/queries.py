"""Answers that are a query: its text is what counts, run again on the data of the check."""

from dealab.checks import answers, tables
from dealab.checks.outcome import NotAttempted, Wrong
from dealab.checks.plain import RELATIVE
from dealab.checks.tables import Rows, Table


class Query:
    """The learner's SQL, written in a cell that began with ``%%athena >> name``."""

    def __init__(self, name: str, engine: str, text: str, before: tuple[str, ...] = ()):
        self.name = name
        self.engine = engine
        self.text = text
        self.before = before

    passed = staticmethod(answers.passed)

    def run(self, data=None):
        """Run the query on a fresh lake over the ``data`` folder (default: the course's).

        A cell of several statements answers with its last rows. Wrong where a statement fails.
        """
        from dealab.sql import SqlError

        try:
            engine = _engine(self.engine, data)
            return [_answer(engine, text) for text in (*self.before, self.text)][-1]
        except SqlError as problem:
            raise Wrong(f"your query fails. {problem}") from None

    def columns(self, *names: str) -> None:
        """Wrong unless the result has exactly these columns."""
        self._table(None).columns(*names)

    def rows(self, count: int) -> None:
        """Wrong unless the result has ``count`` rows on the course's data."""
        self._table(None).rows(count)

    def same_as(
        self, solution: str, data=None, ordered: bool = False, tolerance: float = RELATIVE
    ) -> None:
        """Wrong unless the result is the ``solution``'s on the same ``data``."""
        engine = _engine(self.engine, data)
        wanted = [_answer(engine, text) for text in (*self.before, solution)][-1]
        self._table(data).same_as(Rows.of(wanted.columns, wanted.rows), ordered, tolerance)

    def scans_at_most(self, share: float, of: str, data=None) -> None:
        """Wrong unless the query reads at most ``share`` (0 to 1) of the bytes that ``of`` reads.

        ``of`` is another query, such as one without a filter on the partition.
        """
        engine = _engine(self.engine, data)
        limit = [_answer(engine, text) for text in (*self.before, of)][-1].bytes_scanned * share
        scanned = self.run(data).bytes_scanned
        if scanned > limit:
            raise Wrong(
                f"the query scans {scanned:,} bytes; it can do with {limit:,.0f} or less. "
                "Which partitions and columns does it need?"
            )

    def _table(self, data) -> Table:
        result = self.run(data)
        return tables.Table(Rows.of(result.columns, result.rows), "Your result")


def query(name: str, after: tuple[str, ...] = ()) -> Query:
    """Return the learner's query. Raises NotAttempted where the cell has no SQL yet.

    Every run is on a fresh lake. ``after`` names answers whose cells make what this one reads: they
    are run before it.
    """
    from dealab.sql import magics

    text = magics.query_text(name)
    before = tuple(query(earlier).text for earlier in after)
    if text is None:
        raise NotAttempted(
            f"there is no query for '{name}' yet. Write your SQL under the first line of the cell "
            "above and run it."
        )
    return Query(name, magics.query_engine(name), text, before)


def _engine(name: str, data):
    from dealab import sql

    return getattr(sql, name.capitalize())(lake=sql.Lake(data))


def _answer(engine, text: str):
    """Run every statement of a cell; return the last Result with rows, or the last one."""
    results = list(engine.script(text))
    with_rows = [result for result in results if result.columns]
    return (with_rows or results)[-1]
