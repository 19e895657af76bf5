"""Compare tables: by column name, in any row order, numbers by value, and name what differs."""

from dataclasses import dataclass

from dealab.checks import answers
from dealab.checks.outcome import Wrong
from dealab.checks.plain import RELATIVE, difference, is_number, kind_of, plain, same, shown
from dealab.checks.reference import value_of

_KEYS_SHOWN = 3


@dataclass(frozen=True)
class Rows:
    """A table as plain values: ``columns`` in lower case, ``rows`` in the order of the columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple, ...]

    @classmethod
    def of(cls, columns, rows) -> "Rows":
        names = tuple(str(plain(name)).lower() for name in columns)
        return cls(names, tuple(tuple(plain(item) for item in row) for row in rows))

    @classmethod
    def of_frame(cls, frame) -> "Rows":
        """Read a pandas DataFrame; a named index counts as columns, a plain one does not."""
        import pandas

        if any(name is not None for name in frame.index.names):
            frame = pandas.DataFrame.reset_index(frame)
        return cls.of(frame.columns, pandas.DataFrame.itertuples(frame, index=False, name=None))

    def arranged(self, columns: tuple[str, ...]) -> "Rows":
        order = [self.columns.index(name) for name in columns]
        return Rows(columns, tuple(tuple(row[place] for place in order) for row in self.rows))


class Table:
    """An answer that is a table; ``said`` is what messages call it ("Your result")."""

    def __init__(self, rows: Rows, said: str, name: str = ""):
        self.table = rows
        self.said = said
        self.name = name

    passed = staticmethod(answers.passed)

    def columns(self, *names: str) -> None:
        """Wrong unless the table has exactly these columns, in any order and any letter case."""
        compare_columns(tuple(name.lower() for name in names), self.table.columns, self.said)

    def rows(self, count: int) -> None:
        """Wrong unless the table has ``count`` rows."""
        given = len(self.table.rows)
        if given != count:
            raise Wrong(f"{self.said} has {_rows(given)}; {count} are wanted.")

    def same_as(self, expected, ordered: bool = False, tolerance: float = RELATIVE) -> None:
        """Wrong unless the rows are those of ``expected`` (a DataFrame, ``Rows``, or the text of a
        solution that makes a DataFrame of the same name); ``ordered`` asks for the order too.
        """
        if isinstance(expected, str):
            expected = value_of(expected, self.name)
        wanted = expected if isinstance(expected, Rows) else Rows.of_frame(expected)
        compare(wanted, self.table, ordered, tolerance, self.said)


def table(name: str) -> Table:
    """Return the learner's DataFrame ``name``. Raises NotAttempted where there is none."""
    import pandas

    found = answers.find(name)
    if not isinstance(found, pandas.DataFrame):
        raise Wrong(f"'{name}' is {kind_of(plain(found))}; a pandas DataFrame is wanted.")
    return Table(Rows.of_frame(found), f"'{name}'", name)


def compare(wanted: Rows, given: Rows, ordered: bool, tolerance: float, said: str) -> None:
    """Raise Wrong with the first difference. Expected values are never part of the message."""
    compare_columns(wanted.columns, given.columns, said)
    given = given.arranged(wanted.columns)
    extra, missing = _unmatched(wanted, given, tolerance)
    if extra or missing:
        raise Wrong(_explain(wanted, given, extra, missing, tolerance, said))
    if ordered:
        for number, (right, row) in enumerate(zip(wanted.rows, given.rows, strict=True), 1):
            if not _same_row(right, row, tolerance):
                raise Wrong(
                    f"{said} has the right rows in another order than asked for: row {number} "
                    f"({_key(wanted.columns, row)}) is out of place."
                )


def compare_columns(wanted: tuple[str, ...], given: tuple[str, ...], said: str) -> None:
    doubled = sorted({name for name in given if given.count(name) > 1})
    if doubled:
        raise Wrong(f"{said} has more than one column called {doubled[0]}.")
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    have = ", ".join(given) or "none"
    if missing:
        raise Wrong(f"{said} has no column '{missing[0]}'. Its columns: {have}.")
    if extra:
        raise Wrong(f"{said} has a column '{extra[0]}' too many. Wanted: {', '.join(wanted)}.")


def _unmatched(wanted: Rows, given: Rows, tolerance: float) -> tuple[list[tuple], list[tuple]]:
    """Return the rows that have no partner: the learner's extra ones, and the missing ones."""
    inexact = [
        place
        for place in range(len(wanted.columns))
        if any(_is_inexact(row[place]) for row in (*wanted.rows, *given.rows))
    ]
    groups: dict[tuple, tuple[list, list]] = {}
    for side, rows in enumerate((wanted.rows, given.rows)):
        for row in rows:
            exact = tuple(_hashable(v) for place, v in enumerate(row) if place not in inexact)
            groups.setdefault(exact, ([], []))[side].append(row)
    extra: list[tuple] = []
    missing: list[tuple] = []
    for right, rows in groups.values():
        right.sort(key=lambda row: _sort_key(row, inexact))
        rows.sort(key=lambda row: _sort_key(row, inexact))
        if len(right) == len(rows) and all(
            _same_row(one, other, tolerance) for one, other in zip(right, rows, strict=True)
        ):
            continue
        left = list(right)
        for row in rows:
            partner = next((one for one in left if _same_row(one, row, tolerance)), None)
            if partner is None:
                extra.append(row)
            else:
                left.remove(partner)
        missing += left
    return extra, missing


def _explain(wanted, given, extra, missing, tolerance, said) -> str:
    counts = len(given.rows) - len(wanted.rows)
    if counts:
        how = "too many" if counts > 0 else "too few"
        text = f"{said} has {_rows(len(given.rows))}: {abs(counts)} {how}."
        if extra:
            text += f" A row that should not be there: {_key(wanted.columns, extra[0], all=True)}."
        return text
    row, right = _nearest(extra, missing, tolerance)
    for name, expected, actual in zip(wanted.columns, right, row, strict=True):
        found = difference(expected, actual, tolerance)
        if found:
            key = _key(
                [c for c in wanted.columns if c != name],
                [v for c, v in zip(wanted.columns, row, strict=True) if c != name],
            )
            place = f"in the row with {key}" if key else "in a row"
            return f"{said}: {place}, {name} is {shown(actual)}: {found.how}."
    return f"{said} differs from what is wanted."


def _nearest(extra, missing, tolerance):
    """Return an extra row and the missing row that shares most values with it."""
    pairs = ((row, right) for row in extra[:50] for right in missing[:50])
    return max(
        pairs,
        key=lambda pair: sum(same(a, b, tolerance) for a, b in zip(*pair, strict=True)),
    )


def _same_row(one, other, tolerance) -> bool:
    return all(same(a, b, tolerance) for a, b in zip(one, other, strict=True))


def _is_inexact(value) -> bool:
    """A number that is not whole is compared with a tolerance, so it cannot be a dict's key."""
    return is_number(value) and value != int(value) if _finite(value) else is_number(value)


def _finite(value) -> bool:
    return is_number(value) and abs(value) != float("inf")


def _hashable(value):
    if is_number(value):
        return ("number", int(value))
    return (kind_of(value), repr(_midnight(value)))


def _midnight(value):
    """A date and the midnight that begins it are the same key."""
    import datetime

    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, value.month, value.day)
    return value


def _sort_key(row, places):
    return [
        (0, float(row[place])) if is_number(row[place]) else (1, repr(row[place]))
        for place in places
    ]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _key(columns, row, all: bool = False) -> str:
    pairs = list(zip(columns, row, strict=True))
    return ", ".join(f"{name}={shown(v)}" for name, v in (pairs if all else pairs[:_KEYS_SHOWN]))
