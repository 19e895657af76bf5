"""How Redshift calls an output column that has no alias."""

from sqlglot import exp

#: functions whose column is called otherwise
_OWN_NAMES = {"date_part": "pgdate_part", "nvl": "coalesce", "isnull": "coalesce", "decode": "case"}

#: what a column is called after a cast of no column
_CAST_NAMES = {
    "INT": "int4",
    "BIGINT": "int8",
    "SMALLINT": "int2",
    "VARCHAR": "varchar",
    "CHAR": "bpchar",
    "DECIMAL": "numeric",
    "DOUBLE": "float8",
    "FLOAT": "float4",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "TIME": "time",
    "BOOLEAN": "bool",
}


class ColumnNames:
    """The part of Redshift's binder that names columns."""

    def unnamed(self, at, node):
        match node:
            case exp.Cast():
                inner = node.this
                if isinstance(inner, exp.Column):
                    return inner.name.lower()
                return _CAST_NAMES.get(node.args["to"].this.name, "?column?")
            case exp.Anonymous():
                name = node.name.lower().removeprefix("approximate_")
                return _OWN_NAMES.get(name, name)
            case exp.ObjectTransform():
                return "object_transform"
            case exp.SessionUser():
                return "session_user"
            case exp.CurrentUserId():
                return "current_user_id"
            case exp.CurrentCatalog():
                return "current_catalog"
            case (
                exp.Window()
                | exp.Filter()
                | exp.WithinGroup()
                | exp.IgnoreNulls()
                | exp.RespectNulls()
            ):
                return self.unnamed(at, node.this)
            case exp.Case():
                return "case"
            case exp.Extract():
                return "date_part"
            case exp.Substring():
                return "substring"
            case exp.Trim():
                return "btrim"
            case exp.CurrentDate():
                return "date"
            case exp.CurrentUser():
                return "current_user"
            case exp.Interval():
                return "interval"
            case exp.StrPosition():
                return "position"
            case exp.Exists():
                return "?column?"
            case None:
                return f"column{at + 1}"
        return "?column?"
