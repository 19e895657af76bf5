r"""Rows as lines of text, as LazySimpleSerDe and the JSON SerDe write them.

Delimited text: the columns by the table's delimiter; elements of an array, entries of a map and
fields of a row by \x02, keys and values of a map by \x03, and so on one character further with each
level; NULL is \N; binary values are base64.
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL
"""

from dealab.sql import types
from dealab.sql.types import Type, field_key, text

NULL = "\\N"
NESTED = ("\x02", "\x03")


class Lines:
    """Writes DuckDB expressions; ``marks`` are the separators from the outermost on.

    ``nested`` are those of items and of map keys; ``escape`` stands before a separator in text.
    """

    def __init__(self, delimiter: str = "\x01", null: str = NULL, nested=NESTED, escape: str = ""):
        self.marks = [delimiter, *nested, *(chr(level) for level in range(4, 9))]
        self.null = null
        self.escape = escape
        self.labels = 0

    def line(self, columns: list[tuple[str, Type]]) -> str:
        """Return the expression of one line; ``columns`` are pairs of expression and type."""
        parts = [self._shown(sql, kind, 1) for sql, kind in columns]
        return f" || {_char(self.marks[0])} || ".join(parts) or "''"

    def _shown(self, sql: str, kind: Type, level: int) -> str:
        return f"coalesce({self.value(sql, kind, level)}, {text(self.null)})"

    def _label(self) -> str:
        self.labels += 1
        return f"w{self.labels}"

    def value(self, sql: str, kind: Type, level: int = 1) -> str:
        """Return the text of a value, NULL for NULL."""
        match kind.name:
            case "varchar" | "char":
                return self._escaped(sql)
            case "double":
                return f"lab_py_java_double({sql})"
            case "real":
                return f"lab_py_java_real({sql})"
            case "varbinary":
                return f"base64({sql})"
            case "timestamp":
                return f"strftime({sql}, '%Y-%m-%d %H:%M:%S.%g')"
            case "array":
                label = self._label()
                inner = self._shown(label, kind.args[0], level + 1)
                return self._joined(f"list_transform({sql}, lambda {label}: {inner})", level)
            case "map":
                label = self._label()
                key = self._shown(f"{label}.key", kind.args[0], level + 2)
                held = self._shown(f"{label}.value", kind.args[1], level + 2)
                pair = f"{key} || {_char(self.marks[level + 1])} || {held}"
                entries = f"map_entries({sql})"
                return self._joined(f"list_transform({entries}, lambda {label}: {pair})", level)
            case "row":
                parts = [
                    self._shown(
                        f"struct_extract({sql}, {text(field_key(name, at))})", of, level + 1
                    )
                    for at, (name, of) in enumerate(kind.args[0])
                ]
                joined = f" || {_char(self.marks[level])} || ".join(parts)
                return f"CASE WHEN {sql} IS NOT NULL THEN {joined} END"
        return f"CAST({sql} AS VARCHAR)"

    def _escaped(self, sql: str) -> str:
        for mark in dict.fromkeys((self.escape, *self.marks)) if self.escape else ():
            sql = f"replace({sql}, {_char(mark)}, {_char(self.escape)} || {_char(mark)})"
        return sql

    def _joined(self, listed: str, level: int) -> str:
        return f"array_to_string({listed}, {_char(self.marks[level])})"


def csv_line(columns, separator: str, quote: str, escape: str) -> str:
    """Return the expression of one line as OpenCSVSerDe writes it: NULL is nothing at all.

    ``columns`` are pairs of expression and type (text).
    """
    parts = []
    for sql, _ in columns:
        shown = sql
        for mark in dict.fromkeys((escape, quote)):
            shown = f"replace({shown}, {_char(mark)}, {_char(escape)} || {_char(mark)})"
        parts.append(f"coalesce({_char(quote)} || {shown} || {_char(quote)}, '')")
    return f" || {_char(separator)} || ".join(parts)


def _char(mark: str) -> str:
    return text(mark) if mark.isprintable() else f"chr({ord(mark)})"


def json_value(sql: str, kind: Type, label: str = "j") -> str:
    """Return a DuckDB value whose JSON is what the SerDe writes (binary as base64)."""
    if not _holds_binary(kind):
        if kind.name == "timestamp":
            return f"strftime({sql}, '%Y-%m-%d %H:%M:%S.%g')"
        return sql
    match kind.name:
        case "varbinary":
            return f"base64({sql})"
        case "array":
            inner = json_value(label, kind.args[0], label + "j")
            return f"list_transform({sql}, lambda {label}: {inner})"
        case "map":
            inner = json_value(f"{label}.value", kind.args[1], label + "j")
            entries = (
                f"list_transform(map_entries({sql}), lambda {label}: row({label}.key, {inner}))"
            )
            return f"map_from_entries({entries})"
        case "row":
            parts = [
                f"{types.quote(field_key(name, at))} := "
                + json_value(f"struct_extract({sql}, {text(field_key(name, at))})", of, label)
                for at, (name, of) in enumerate(kind.args[0])
            ]
            return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return sql


def _holds_binary(kind: Type) -> bool:
    if kind.name == "varbinary":
        return True
    if kind.name == "row":
        return any(_holds_binary(of) for _, of in kind.args[0])
    return any(isinstance(part, Type) and _holds_binary(part) for part in kind.args)
