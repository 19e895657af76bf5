"""What a statement is to do (Plan), what it did (Outcome), and what a caller gets (Result)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dealab.sql.bill import Bill


@dataclass
class Result:
    """What a statement gave.

    ``rows`` are tuples of plain Python values: int, float, Decimal, str, bool, bytes, date, time,
    datetime, list, dict (rows and maps), None. ``types`` are the service's names. Bytes are bytes,
    ``cost_usd`` is a float in US dollars, ``seconds`` is what the lab took. ``message`` says what a
    statement without rows did; ``update_count`` is the number of rows that it wrote.
    ``stored_as`` is the notebook's DataFrame that holds the rows, after ``%%athena >> name``.
    """

    columns: list[str]
    types: list[str]
    rows: list[tuple]
    sql: str
    service: str
    duckdb: list[str] = field(default_factory=list)
    bytes_scanned: int = 0
    billed_bytes: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    region: str = "us-east-1"
    bill: Bill | None = None
    message: str = ""
    notes: list[str] = field(default_factory=list)
    update_count: int | None = None
    query_id: str | int | None = None
    reused: bool = False
    stored_as: str | None = None
    _kinds: list = field(default_factory=list, repr=False)

    def df(self):
        """Return the rows as a pandas DataFrame; decimals are float64, so that they plot."""
        from dealab.sql import render

        return render.to_frame(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        from dealab.sql import render

        return {"text/html": render.html(self), "text/plain": render.plain(self)}


@dataclass
class Outcome:
    """What a statement did: rows to show, or a message; ``bill`` is None where nothing is billed.

    ``notes`` are remarks of the lab or notices of the service (Redshift's ``INFO: ...``), shown
    under the result.
    """

    columns: list[str] = field(default_factory=list)
    kinds: list = field(default_factory=list)
    rows: list[tuple] = field(default_factory=list)
    message: str = ""
    notes: list[str] = field(default_factory=list)
    update_count: int | None = None
    bill: Bill | None = None
    duckdb: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """A bound statement, not yet run: a query, or ``work`` to do.

    ``query`` is DuckDB's text with output ``columns`` and their ``kinds`` (types of the service);
    ``tables`` are the catalog tables that it reads, by the name of their view inside DuckDB;
    ``limited`` tells that a LIMIT decides how much is read; ``local`` that Redshift's own tables
    are read, and ``reads`` names them. ``controls_transaction`` marks BEGIN, COMMIT and the like.
    ``work`` takes no argument and returns an Outcome; nothing is changed before it is called.
    """

    query: str = ""
    columns: list[str] = field(default_factory=list)
    kinds: list = field(default_factory=list)
    tables: dict = field(default_factory=dict)
    limited: bool = False
    local: bool = False
    reads: list[tuple] = field(default_factory=list)
    work: Callable[[], Outcome] | None = None
    controls_transaction: bool = False


def listing(column: str, values) -> Plan:
    """Return the plan of a statement that answers with one column of text."""
    return table([column], [(value,) for value in values])


def table(columns: list[str], rows, kinds=None) -> Plan:
    """Return the plan of a statement whose answer is known already; the columns are text unless
    ``kinds`` (types) are given."""
    from dealab.sql.types import VARCHAR

    kinds = kinds or [VARCHAR] * len(columns)
    return Plan(work=lambda: Outcome(list(columns), list(kinds), [tuple(row) for row in rows]))


def done(work: Callable[[], str | Outcome | None]) -> Plan:
    """Return the plan of a statement that changes something and shows no rows.

    ``work`` does it and returns a message, an Outcome, or None.
    """

    def run() -> Outcome:
        outcome = work()
        return outcome if isinstance(outcome, Outcome) else Outcome(message=outcome or "")

    return Plan(work=run)
