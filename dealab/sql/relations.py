"""Binding FROM: tables, joins, subqueries, UNNEST, LATERAL, samples."""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.scope import DEPTH, Column, Relation, Scope, Source, Value, inside_names
from dealab.sql.types import (
    VARCHAR,
    Type,
    quote,
    text,
)


def rows_text(columns, rows) -> str:
    """Return DuckDB's text of known rows: plain Python values, None for NULL."""
    kinds = [types.duck_name(kind) for _, kind in columns]
    if not rows:
        return "SELECT " + ", ".join(f"CAST(NULL AS {kind})" for kind in kinds) + " WHERE false"
    lines = ("(" + ", ".join(map(constant_text, row, kinds)) + ")" for row in rows)
    return "SELECT * FROM (VALUES " + ", ".join(lines) + ")"


def constant_text(value, kind: str) -> str:
    """Return one plain Python value as DuckDB's text of this DuckDB type."""
    if value is None:
        return f"CAST(NULL AS {kind})"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"CAST({text(str(value))} AS {kind})"


class Relations:
    """The part of a binder that deals with FROM; ``Queries`` inherits it."""

    #: whether two items of FROM may have one alias, if their columns tell them apart
    REPEATED_ALIASES = False

    #: what a table's name in FROM may carry
    TABLE_PARTS = frozenset(["this", "db", "catalog", "alias", "joins", "sample"])

    def bind_from(self, node, scope: Scope) -> str:
        source = node.args.get("from_")
        if source is None:
            if node.args.get("joins"):
                raise self.limit_node(node, "joins")
            return ""
        self.allow(source, {"this"})
        scope.clause = "FROM"
        sql = self.bind_item(source.this, scope, scope)
        start = 0  # where the current item of a comma list begins among the relations
        for lateral in node.args.get("laterals") or ():
            raise self.limit_node(lateral)
        for join in node.args.get("joins") or ():
            comma = not (
                join.args.get("kind")
                or join.args.get("side")
                or join.args.get("on")
                or join.args.get("using")
                or join.args.get("method")
            )
            if comma:
                start = len(scope.relations)
            sql = self.joined(sql, join, scope, start, comma)
        return "\nFROM " + sql

    def joined(self, sql: str, join, scope: Scope, start: int, comma: bool, first: int = 0) -> str:
        """Return the text of FROM so far with one more join.

        ``first`` is where the items of this text begin among the scope's relations.
        """
        return sql + self.bind_join(join, scope, start, comma)

    def bind_join(self, join, scope: Scope, start: int, comma: bool) -> str:
        self.allow(join, {"this", "on", "using", "kind", "side", "method"})
        kind = (join.args.get("kind") or "").upper()
        side = (join.args.get("side") or "").upper()
        if kind not in ("", "INNER", "OUTER", "CROSS") or (
            join.args.get("method") or ""
        ).upper() not in ("", "NATURAL"):
            raise self.limit_node(join, kind or join.args.get("method"))
        natural = bool(join.args.get("method"))
        if natural:
            self.check_natural(join)
        before = len(scope.relations)
        shown = len(scope.star)
        item = self.bind_item(join.this, scope, scope)
        on, using = join.args.get("on"), join.args.get("using")
        if comma:
            return f",\n     {item}" if not item.startswith("LATERAL") else f"\nCROSS JOIN {item}"
        if kind == "CROSS":
            if on is not None or using:
                raise self.foreign(on if on is not None else join)
            return f"\nCROSS JOIN {item}"
        word = f"{side} JOIN".strip() if side else "JOIN"
        if natural:
            using = self.common_columns(scope, before)
        if using:
            condition = self.join_using(using, scope, start, before, shown, side, join)
            return f"\n{word} {item} ON {condition}"
        if on is None:
            raise self.join_without_on(join)
        inner = Scope(parent=scope.parent, relations=scope.relations[start:], clause="JOIN ON")
        inner.ctes = scope.ctes
        inner.merged = scope.merged
        test = self.condition(on, inner, "JOIN ON clause")
        return f"\n{word} {item} ON {test.sql}"

    @staticmethod
    def common_columns(scope: Scope, before: int) -> list[str]:
        left = {c.name for r in scope.relations[:before] for c in r.columns if not c.hidden}
        return [
            c.name
            for r in scope.relations[before:]
            for c in r.columns
            if c.name in left and not c.hidden
        ]

    def join_using(self, using, scope, start, before, shown, side, join) -> str:
        """Join on equal columns; the joined column appears once, first, without a qualifier."""
        tests, merged = [], []
        for part in using:
            name = (part if isinstance(part, str) else part.name).lower()
            lefts = [c for r in scope.relations[start:before] for c in r.find(name)]
            if name in scope.merged:
                lefts = [scope.merged[name]]
            rights = [c for r in scope.relations[before:] for c in r.find(name)]
            if len(lefts) != 1 or len(rights) != 1:
                raise self.bad_using(name, "left" if len(lefts) != 1 else "right", join, part)
            left, right = lefts[0], rights[0]
            for relation in scope.relations:
                for column in (left, right):
                    if any(one is column for one in relation.columns):
                        self.check_allowed(column, relation.alias)
            one, two = Value(left.sql, left.type), Value(right.sql, right.type)
            tests.append(self.compare(one, two, "=", join).sql)
            kind = self.common_type(left.type, right.type) or left.type
            if side == "FULL":
                sql = f"coalesce({self.coerce(one, kind).sql}, {self.coerce(two, kind).sql})"
            else:
                sql = self.coerce(two if side == "RIGHT" else one, kind).sql
            merged.append(Column(name, kind, sql))
        names = {column.name for column in merged}
        scope.star = [("", column) for column in merged] + [
            (alias, column) for alias, column in scope.star if column.name not in names
        ]
        scope.merged = {**scope.merged, **{column.name: column for column in merged}}
        self.hide_joined(scope, names, start)
        return " AND ".join(tests)

    def check_natural(self, join) -> None:
        """A hook: Trino has no NATURAL JOIN."""

    def hide_joined(self, scope, names, start) -> None:
        """A hook: Trino hides the qualified columns that USING joined."""

    def bind_item(self, node, scope: Scope, around: Scope) -> str:
        """Bind one item of FROM, add its relation to the scope, return its text."""
        match node:
            case exp.Table():
                return self.bind_table(node, scope)
            case exp.Subquery():
                return self.bind_derived(node, scope)
            case exp.Unnest():
                return self.bind_unnest(node, scope)
            case exp.Lateral():
                return self.bind_lateral(node, scope)
            case exp.Values():
                return self.bind_values_item(node, scope)
            case exp.Paren():
                return self.bind_item(node.this, scope, around)
            case exp.AtIndex():
                return self.bind_at_index(node, scope)
        raise self.limit_node(node)

    def bind_at_index(self, node, scope: Scope) -> str:
        """A hook: Redshift numbers the elements of an unnested array (AT)."""
        raise self.limit_node(node)

    def alias_of(self, node) -> tuple[str | None, list[str]]:
        alias = node.args.get("alias")
        if alias is None:
            return None, []
        self.allow(alias, {"this", "columns"})
        label = alias.this.name.lower() if alias.this is not None else None
        names = []
        for column in alias.args.get("columns") or ():
            if isinstance(column, exp.ColumnDef) and column.args.get("kind"):
                raise self.limit_node(column)
            names.append(column.name.lower())
        return label, names

    def enter(
        self, scope: Scope, label: str | None, columns, names, node, path=()
    ) -> tuple[str, list[str]]:
        """Add a relation; return its alias inside DuckDB and its inside column names."""
        columns = self.renamed(columns, names, node)
        taken = {relation.alias for relation in scope.relations}
        if label is not None and label in taken and not self.REPEATED_ALIASES:
            raise self.duplicate_alias(label, node)
        inside = label if label else self.fresh("subquery")
        written = self.fresh(inside) if inside in taken else inside
        above = scope.parent
        while above is not None:
            if any(relation.alias == inside for relation in above.relations):
                written = self.fresh(inside)
                break
            above = above.parent
        unique = inside_names([name for name, _ in columns])
        relation = Relation(
            inside,
            [
                Column(name, kind, f"{quote(written)}.{quote(own)}", hidden=name == DEPTH)
                for (name, kind), own in zip(columns, unique, strict=True)
            ],
            path,
        )
        scope.add(relation)
        return written, unique

    def bind_table(self, node, scope: Scope) -> str:
        self.allow(node, self.TABLE_PARTS)
        parts = [part.name.lower() for part in node.parts]
        if isinstance(node.this, (exp.Anonymous, exp.Func)):
            raise self.table_function(node)
        label, names = self.alias_of(node)
        sample = self.sample_text(node.args.get("sample"), scope)
        nested = node.args.get("joins")
        if len(parts) == 1 and not node.args.get("version"):
            cte = scope.cte(parts[0])
            if cte is not None:
                alias, unique = self.enter(scope, label or parts[0], cte, names, node)
                listed = ", ".join(quote(name) for name in unique)
                sql = f"{quote(parts[0])} AS {quote(alias)}({listed}){sample}"
                return self.nested_joins(sql, nested, scope)
        special = self.from_path(node, parts, label, names, scope)
        if special is not None:
            return special
        source = self.find_source(parts, node)
        self.reads.append(source)
        path = source.path if label is None else ()
        alias, _ = self.enter(scope, label or parts[-1], source.columns, names, node, path)
        relation = scope.relations[-1]
        inside = source.names or [name for name, _ in source.columns]
        for column, name in zip(relation.columns, inside, strict=True):
            column.sql = f"{quote(alias)}.{quote(name)}"
            column.denied = column.name in source.denied
        relation.columns += [
            Column(name, kind, f"{quote(alias)}.{quote(name)}", hidden=True)
            for name, kind in source.hidden
        ]
        sql = f"{source.sql} AS {quote(alias)}"
        if source.names:
            sql += f"({', '.join(quote(name) for name in source.names)})"
        return self.nested_joins(sql + sample, nested, scope)

    def nested_joins(self, sql: str, joins, scope: Scope) -> str:
        """A parenthesized join: FROM (a JOIN b ON ...)."""
        if not joins:
            return sql
        start = len(scope.relations) - 1
        for join in joins:
            sql = self.joined(sql, join, scope, start, False, start)
        return f"({sql})"

    def from_path(self, node, parts, label, names, scope) -> str | None:
        """A hook: Redshift unnests SUPER by naming a path in FROM."""
        return None

    def find_source(self, parts: list[str], node) -> Source:
        """Return what the name of a table or view stands for. Raises the service's error."""
        raise NotImplementedError

    def catalog_source(self, table, path: tuple[str, ...], label: str | None = None) -> Source:
        """Return the source of a table whose files lie in the lake."""
        label = label or f"{table.database}.{table.name}"
        self.tables[label] = table
        return Source(
            quote(label),
            list(table.fields()),
            [("$path", VARCHAR)],
            path=(*path, table.name),
            table=table,
        )

    @staticmethod
    def query_source(query, path: tuple[str, ...], table=None) -> Source:
        """Return the source of a view: a bound query (``sql`` and ``columns``) in parentheses."""
        names = inside_names([name for name, _ in query.columns])
        return Source(f"({query.sql})", query.columns, names=names, path=path, table=table)

    @staticmethod
    def rows_source(columns, rows, path: tuple[str, ...]) -> Source:
        """Return the source of known rows: ``columns`` are pairs of name and type."""
        names = inside_names([name for name, _ in columns])
        return Source(f"({rows_text(columns, rows)})", list(columns), names=names, path=path)

    def sample_text(self, sample, scope) -> str:
        if sample is None:
            return ""
        self.allow(sample, {"method", "size", "percent"})
        method = (sample.args.get("method") or "").name.upper() if sample.args.get("method") else ""
        share = sample.args.get("percent") or sample.args.get("size")
        if method not in ("BERNOULLI", "SYSTEM") or share is None:
            raise self.limit_node(sample)
        value = self.bind(share, Scope(clause="TABLESAMPLE"))
        if value.type.name not in types.NUMBERS:
            raise self.bad_sample("should be a numeric expression", share)
        if value.literal is None:
            raise LabLimit("a computed percentage in TABLESAMPLE", f"{self.service} computes it.")
        if float(value.literal) > 100:
            raise self.bad_sample("must be less than or equal to 100", share)
        return f" TABLESAMPLE {method} ({value.literal} PERCENT)"

    def bad_sample(self, problem: str, node):
        """A hook: the refusal of a percentage."""
        return self.limit_node(node)

    def bind_derived(self, node, scope: Scope) -> str:
        self.allow(node, {"this", "alias", "with_", "order", "limit", "offset", "sample", "joins"})
        label, names = self.alias_of(node)
        if isinstance(node.this, exp.Table):  # a join in parentheses
            if label or names:
                raise LabLimit(
                    "a join in parentheses with an alias", f"{self.service} names its columns."
                )
            for part in ("with_", "order", "limit", "offset"):
                if node.args.get(part):
                    raise self.limit_node(node, part)
            sampled = self.sample_text(node.args.get("sample"), scope)
            return self.bind_table(node.this, scope) + sampled
        self.check_derived(label, node)
        outer = Scope(parent=scope.parent)
        outer.ctes = scope.ctes
        stripped = node.copy()
        stripped.set("alias", None)
        stripped.set("sample", None)
        query = self.bind_query(node.this if not self.has_tail(node) else stripped, outer)
        alias, unique = self.enter(scope, label, query.columns, names, node)
        listed = ", ".join(quote(name) for name in unique)
        sample = self.sample_text(node.args.get("sample"), scope)
        return f"({query.sql}) AS {quote(alias)}({listed}){sample}"

    @staticmethod
    def has_tail(node, parts=("with_", "order", "limit", "offset")) -> bool:
        return any(node.args.get(part) for part in parts)

    def check_derived(self, label, node) -> None:
        """A hook: Redshift wants an alias for a subquery in FROM."""

    def bind_values_item(self, node, scope: Scope) -> str:
        label, names = self.alias_of(node)
        bare = node.copy()
        bare.set("alias", None)
        query = self.bind_values(bare, scope.parent)
        alias, unique = self.enter(scope, label, query.columns, names, node)
        listed = ", ".join(quote(name) for name in unique)
        return f"({query.sql}) AS {quote(alias)}({listed})"

    def bind_lateral(self, node, scope: Scope) -> str:
        self.allow(node, {"this", "alias", "cross_apply"})
        label, names = self.alias_of(node)
        if not isinstance(node.this, exp.Subquery):
            raise self.limit_node(node)
        query = self.bind_query(node.this, scope)
        alias, unique = self.enter(scope, label, query.columns, names, node)
        listed = ", ".join(quote(name) for name in unique)
        return f"LATERAL ({query.sql}) AS {quote(alias)}({listed})"

    @staticmethod
    def rows_stay_whole(values, names: list[str]) -> bool:
        """Tell whether rows of an unnested array come as one column each.

        Trino spreads them over a column for each field. Athena's guide also names the row itself:
        ``UNNEST(users) AS t(user)``, then ``user.name``; the number of names tells which is meant.
        https://docs.aws.amazon.com/athena/latest/ug/flattening-arrays.html (read 2026-11-23)
        """
        narrow = sum(2 if value.type.name == "map" else 1 for value in values)
        return len(names) == narrow

    def bind_unnest(self, node, scope: Scope) -> str:
        """UNNEST that begins FROM, or stands in a comma list, as a lateral subquery."""
        self.allow(node, {"expressions", "alias", "offset"})
        label, names = self.alias_of(node)
        picks, columns, names = self.unnest_picks(node, names, scope)
        alias, unique = self.enter(scope, label, columns, names, node)
        listed = ", ".join(
            f"{sql} AS {quote(name)}" for (sql, _), name in zip(picks, unique, strict=True)
        )
        return f"LATERAL (SELECT {listed}) AS {quote(alias)}"

    def unnest_picks(self, node, names: list[str], scope: Scope, keep: bool = False):
        """Return what UNNEST selects, the columns it makes and the names given to them.

        Arrays and maps stand side by side, padded with NULL, perhaps numbered. ``keep``: a row
        whose arrays are all empty stays, with NULLs (LEFT JOIN).
        """
        scope.clause = "UNNEST"
        picks: list[tuple[str, Type]] = []
        lists: list[tuple[str, Type]] = []  # the array behind each column
        lengths = []
        labels: dict[int, str] = {}  # fields of rows keep their names
        values = [self.bind(item, scope) for item in node.expressions]
        whole = self.rows_stay_whole(values, names)
        for item, value in zip(node.expressions, values, strict=True):
            kind = value.type
            if kind.name == "array":
                lengths.append(f"len({value.sql})")
                element = kind.args[0]
                if element.name == "row" and not whole:
                    for at, (field, of) in enumerate(element.args[0]):
                        key = types.field_key(field, at)
                        if field:
                            labels[len(lists)] = field
                        part = (
                            f"list_transform({value.sql}, lambda r: struct_extract(r, {text(key)}))"
                        )
                        lists.append((part, of))
                else:
                    lists.append((value.sql, element))
            elif kind.name == "map":
                lengths.append(f"CAST(cardinality({value.sql}) AS BIGINT)")
                lists.append((f"map_keys({value.sql})", kind.args[0]))
                lists.append((f"map_values({value.sql})", kind.args[1]))
            else:
                raise self.not_unnestable(value, item)
        longest = f"greatest({', '.join(lengths)})" if len(lengths) > 1 else lengths[0]
        if keep and lists:
            part, of = lists[0]
            part = f"CASE WHEN coalesce({longest}, 0) = 0 THEN [NULL] ELSE {part} END"
            lists[0] = part, of
        picks = [(f"unnest({part})", of) for part, of in lists]
        offset = node.args.get("offset")
        if offset:
            picks.append((f"unnest(range(1, coalesce({longest}, 0) + 1))", types.BIGINT))
            if isinstance(offset, exp.Expression) and names:
                names = [*names, offset.name.lower()]
        columns = [
            (labels.get(at) or self.unnamed(at, None), kind) for at, (_, kind) in enumerate(picks)
        ]
        return picks, columns, names
