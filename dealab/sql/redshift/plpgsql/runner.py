"""Carrying out a procedure's body.

Statements of SQL run in the transaction of the CALL, unless the procedure is NONATOMIC: then each
is a transaction of its own. An error that a block handles ends the transaction; the handler runs in
a new one, and an atomic procedure then raises the error again.
https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-trapping-errors.html
(read 2026-11-23)
"""

import re
from dataclasses import replace

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.redshift import history, transactions
from dealab.sql.redshift.plpgsql import tree
from dealab.sql.redshift.plpgsql.frames import Frame, Variable, typed
from dealab.sql.redshift.statements import cursors
from dealab.sql.results import Plan
from dealab.sql.scope import Scope
from dealab.sql.types import BOOLEAN, INTEGER, VARCHAR, duck_name

MAX_LEVELS = 16  # of nested calls: stored-procedure-constraints in the developer guide
MAX_STEPS = 100_000


class _Leave(Exception):
    """EXIT, CONTINUE or RETURN on its way out."""

    def __init__(self, word: str, label: str = ""):
        super().__init__(word)
        self.word = word
        self.label = label


def shown(value) -> str:
    """Return a plain value as RAISE prints it."""
    if value is None:
        return "<NULL>"
    return {True: "t", False: "f"}[value] if isinstance(value, bool) else str(value)


class Runner:
    """One call of a procedure. ``notes`` takes what RAISE says."""

    def __init__(self, engine, procedure: tree.Procedure, notes: list[str], explicit: bool):
        self.engine = engine
        self.procedure = procedure
        self.notes = notes
        self.explicit = explicit  # the CALL came inside an open transaction block
        self.frame = Frame()
        self.found = False
        self.row_count = 0
        self.steps = 0
        self.handling: ServiceError | None = None
        self.query_id = engine.record.query_id if engine.record is not None else None  # the CALL's

    def run(self, values: dict[str, Variable]) -> None:
        """Run the body with these arguments; output arguments hold their values afterwards."""
        if len(self.engine.frames) >= MAX_LEVELS:
            raise ServiceError("54001", "stored procedure nesting limit of 16 exceeded")
        self.frame.variables.update(values)
        found = Variable("found", BOOLEAN, False)
        self.frame.variables.setdefault("found", found)
        self.engine.frames.append(self.frame)
        try:
            self.block(self.procedure.body)
        except _Leave as leaving:
            if leaving.word != "RETURN":
                raise ServiceError(
                    "42601", f"{leaving.word} cannot be used outside a loop"
                ) from None
        finally:
            self.engine.frames.pop()

    # --- blocks -----------------------------------------------------------------------

    def block(self, block: tree.Block) -> None:
        outer = self.frame
        self.frame = self.engine.frames[-1] = Frame(outer)
        try:
            for declaration in block.declarations:
                self.declare(declaration)
            try:
                self.body(block.body, block.continues, block.handler)
            except ServiceError as problem:
                if block.handler is None or problem.code == "57014":
                    raise
                self.handle(problem, block.handler)
        except _Leave as leaving:
            if leaving.word != "EXIT" or not block.label or leaving.label != block.label:
                raise
        finally:
            self.frame = self.engine.frames[-1] = outer

    def body(self, statements, continues: bool = False, handler=None) -> None:
        for statement in statements:
            self.steps += 1
            if self.steps > MAX_STEPS:
                from dealab.sql.errors import LabLimit

                raise LabLimit(f"a procedure of more than {MAX_STEPS:,} steps", "Redshift goes on.")
            try:
                getattr(self, f"do_{type(statement).__name__.lower()}")(statement)
            except ServiceError as problem:
                self.tell_place(problem, statement)
                if not continues:
                    raise
                self.handle(problem, handler)

    def tell_place(self, problem: ServiceError, statement) -> None:
        if not problem.hint:
            name = self.procedure.name
            problem.hint = f'the error is in procedure "{name}", near line {statement.line}.'
            problem.line = problem.column = None

    def handle(self, problem: ServiceError, handler) -> None:
        if self.procedure.atomic:
            if self.engine.transaction is not None:
                transactions.rollback(self.engine)
            transactions.begin(self.engine)
        self.frame.variables["sqlerrm"] = Variable("sqlerrm", VARCHAR, problem.message)
        self.frame.variables["sqlstate"] = Variable("sqlstate", VARCHAR, problem.code)
        before, self.handling = self.handling, problem
        try:
            self.body(handler)
        finally:
            self.handling = before
        if self.procedure.atomic:
            transactions.commit(self.engine)
            transactions.begin(self.engine)
            raise problem

    def declare(self, declaration: tree.Declaration) -> None:
        made = Variable(
            declaration.name,
            declaration.type,
            kind=declaration.kind,
            constant=declaration.constant,
            not_null=declaration.not_null,
        )
        if declaration.kind == "alias":
            target = self.frame.find(declaration.alias_of)
            if target is None:
                raise ServiceError("42704", f'variable "{declaration.alias_of}" does not exist')
            self.frame.variables[declaration.name] = target
            return
        if declaration.like:
            self.declare_like(made, declaration)
        if declaration.kind == "cursor":
            made.value = declaration.name
            made.fields["query"] = (VARCHAR, declaration.query)
        if declaration.default is not None:
            made.value = self.value(declaration.default, made.type)
        self.frame.variables[declaration.name] = made

    def declare_like(self, made: Variable, declaration) -> None:
        from dealab.sql.redshift import sources

        parts = list(declaration.like)
        if made.kind == "row":
            table = sources.lookup(self.engine, parts)
            if table is None:
                raise ServiceError("42P01", f'relation "{".".join(parts)}" does not exist')
            made.fields = {name: (kind, None) for name, kind in table.fields()}
            return
        other = self.frame.find(parts[0]) if len(parts) == 1 else None
        if other is not None:
            made.type = other.type
            return
        table = sources.lookup(self.engine, parts[:-1]) if len(parts) > 1 else None
        kinds = dict(table.fields()) if table is not None else {}
        if parts[-1] not in kinds:
            raise ServiceError("42704", f'type "{".".join(parts)}%TYPE" does not exist')
        made.type = kinds[parts[-1]]

    # --- values -----------------------------------------------------------------------

    def value(self, text: str, kind=None):
        """Return the plain value of an expression, fitted to a type where one is given."""
        from dealab.sql.redshift import statements

        if re.match(r"\s*SELECT\b", text, re.IGNORECASE):
            text = f"({text})"
        reader = statements.read(text)
        binder = statements.binder_of(self.engine, reader)
        bound = binder.bind(reader.expression(), Scope(clause="SELECT"))
        if kind is not None and bound.type != kind:
            bound = binder.cast_value(bound, kind, None)
        bound = binder.settle(bound)
        plan = Plan(
            query=f"SELECT {bound.sql} AS v",
            columns=["v"],
            kinds=[bound.type],
            tables=binder.tables,
            local=True,
        )
        return self.engine.select(plan).rows[0][0]

    def test(self, text: str) -> bool:
        return self.value(text, BOOLEAN) is True

    def integer(self, text: str) -> int:
        found = self.value(text, INTEGER)
        if found is None:
            raise ServiceError("22004", "bounds of a FOR loop cannot be NULL")
        return found

    def assign(self, target: tuple[str, ...], value, kind) -> None:
        """Give a variable (or a field of a record) a value of a type."""
        variable = self.frame.find(target[0])
        if variable is None:
            raise ServiceError("42703", f'"{target[0]}" is not a known variable')
        if variable.constant:
            raise ServiceError("22005", f'"{target[0]}" is declared CONSTANT')
        if len(target) > 1:
            if variable.kind not in ("record", "row"):
                raise ServiceError("42804", f'"{target[0]}" is not a record')
            old = variable.fields.get(target[1], (kind, None))[0]
            variable.fields[target[1]] = (old, self.converted(value, kind, old))
            return
        if variable.kind in ("record", "row"):
            raise ServiceError("42804", f'cannot assign a single value to record "{target[0]}"')
        wanted = variable.type or VARCHAR
        variable.value = self.converted(value, kind, wanted)
        if variable.not_null and variable.value is None:
            raise ServiceError(
                "22004",
                f'null value cannot be assigned to variable "{target[0]}" declared NOT NULL',
            )

    def converted(self, value, kind, wanted):
        """Return a value of one type as a value of another, as an assignment cast does."""
        if value is None or kind == wanted:
            return value
        from dealab.sql.redshift import statements

        binder = statements.binder_of(self.engine, statements.read("1"))
        cast = binder.cast_value(typed(binder, value, kind), wanted, None)
        duck = self.engine.duck()
        query = f"SELECT CAST({cast.sql} AS {duck_name(wanted)})"
        duck.prepare([], query)
        return duck.select(query, [wanted])[0][0][0]

    # --- statements -------------------------------------------------------------------

    def do_block(self, statement) -> None:
        self.block(statement)

    def do_nothing(self, statement) -> None:
        pass

    def do_return(self, statement) -> None:
        raise _Leave("RETURN")

    def do_assign(self, statement) -> None:
        variable = self.frame.find(statement.target[0])
        kind = None
        if variable is not None and len(statement.target) == 1 and not variable.constant:
            kind = variable.type
        if variable is None or variable.constant or kind is None:
            found = self.typed_value(statement.value)
            self.assign(statement.target, *found)
        else:
            self.assign(statement.target, self.value(statement.value, kind), kind)

    def typed_value(self, text: str):
        outcome = self.select(f"SELECT {text}" if not text.lstrip().startswith("(") else text)
        return outcome.rows[0][0], outcome.kinds[0]

    def select(self, text: str):
        from dealab.sql.redshift import statements

        plan = statements.plan(self.engine, text)
        if plan.work is not None:
            transactions.check_may_run(self.engine, plan, text)
            return plan.work()
        return self.engine.select(replace(plan, local=True))

    def do_sql(self, statement) -> None:
        outcome = self.perform(statement.text)
        if statement.into:
            self.store(statement.into, outcome)
            return
        rows = len(outcome.rows) if outcome.update_count is None else outcome.update_count
        self.counted(rows)
        self.notes.extend(outcome.notes)

    def perform(self, text: str):
        """Run a statement of SQL, and leave a record of it."""
        word = text.split(None, 1)[0].upper()
        ends = word in ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT")
        if ends and self.procedure.atomic:
            raise ServiceError("0A000", f"{word} is not supported in dynamic SQL")
        if word == "TRUNCATE":
            self.check_may_end("TRUNCATE")
        with history.recorded(self.engine, text) as record:
            record.details["from_procedure"] = self.procedure.name
            if self.procedure.atomic or self.engine.transaction is not None:
                outcome = self.select(text)
            else:
                plan = self.engine.plan(text)
                outcome = transactions.carry_out(self.engine, plan, text)
            count = outcome.update_count
            record.rows = len(outcome.rows) if count is None else count
        return outcome

    def counted(self, rows: int) -> None:
        self.row_count = rows
        self.engine.frames[-1].find("found").value = rows > 0

    def store(self, targets, outcome) -> None:
        """Put the first row into variables; without a row they become NULL."""
        row = outcome.rows[0] if outcome.rows else None
        self.counted(len(outcome.rows))
        self.store_row(targets, outcome.columns, outcome.kinds, row)

    def store_row(self, targets, columns, kinds, row) -> None:
        variable = self.frame.find(targets[0][0])
        if len(targets) == 1 and variable is not None and variable.kind in ("record", "row"):
            cells = row or [None] * len(columns)
            old = variable.fields if variable.kind == "row" else {}
            names = list(old) or [name.lower() for name in columns]
            variable.fields = {
                name: (kind, cell) for name, kind, cell in zip(names, kinds, cells, strict=False)
            }
            return
        if len(targets) > len(columns):
            cells = [*(row or []), *[None] * len(targets)]
        else:
            cells = row or [None] * len(columns)
        for at, target in enumerate(targets):
            kind = kinds[at] if at < len(kinds) else types.NULL
            self.assign(target, cells[at] if at < len(cells) else None, kind)

    def do_execute(self, statement) -> None:
        text = self.value(statement.text, VARCHAR)
        if text is None:
            raise ServiceError("22004", "cannot EXECUTE a null querystring")
        outcome = self.perform(text.strip().rstrip(";"))
        if statement.into:
            self.store(statement.into, outcome)
            return
        self.counted(len(outcome.rows) if outcome.update_count is None else outcome.update_count)
        self.notes.extend(outcome.notes)

    def do_if(self, statement) -> None:
        for condition, body in statement.branches:
            if self.test(condition):
                self.body(body)
                return
        self.body(statement.otherwise)

    def do_case(self, statement) -> None:
        for condition, body in statement.branches:
            if self.test(condition):
                self.body(body)
                return
        if statement.otherwise is None:
            raise ServiceError(
                "20000", "case not found", hint="CASE statement is missing ELSE part."
            )
        self.body(statement.otherwise)

    def turn(self, statement) -> bool:
        """Run a loop's body once; tell whether the loop goes on."""
        try:
            self.body(statement.body)
        except _Leave as leaving:
            mine = not leaving.label or leaving.label == statement.label
            if leaving.word == "RETURN" or not mine:
                raise
            return leaving.word == "CONTINUE"
        return True

    def do_loop(self, statement) -> None:
        while statement.condition is None or self.test(statement.condition):
            if not self.turn(statement):
                return

    def do_forrange(self, statement) -> None:
        first, last = self.integer(statement.first), self.integer(statement.last)
        step = self.integer(statement.step) if statement.step else 1
        if step <= 0:
            raise ServiceError("22023", "BY value of FOR loop must be greater than zero")
        counter = Variable(statement.variable, INTEGER)
        outer = self.frame
        self.frame = self.engine.frames[-1] = Frame(outer, {statement.variable: counter})
        try:
            at = first
            while (at >= last) if statement.reverse else (at <= last):
                counter.value = at
                if not self.turn(statement):
                    break
                at += -step if statement.reverse else step
        finally:
            self.frame = self.engine.frames[-1] = outer

    def do_forquery(self, statement) -> None:
        text = self.value(statement.query, VARCHAR) if statement.dynamic else statement.query
        outcome = self.perform(text)
        for row in outcome.rows:
            self.store_row(statement.targets, outcome.columns, outcome.kinds, row)
            if not self.turn(statement):
                break
        self.counted(len(outcome.rows))

    def do_exit(self, statement) -> None:
        if statement.condition is None or self.test(statement.condition):
            raise _Leave("CONTINUE" if statement.again else "EXIT", statement.label)

    def do_raise(self, statement) -> None:
        if statement.level == "AGAIN":
            if self.handling is None:
                raise ServiceError("0Z002", "RAISE without parameters cannot be used here")
            raise self.handling
        values = iter([self.value(text) for text in statement.values])

        def fill(found):
            return "%" if found[0] == "%%" else shown(next(values))

        message = re.sub("%%|%", fill, statement.format)
        if statement.level == "EXCEPTION":
            raise ServiceError("P0001", message)
        if statement.level not in ("LOG", "DEBUG"):  # those two go to the server's log
            self.notes.append(f"{statement.level}:  {message}")
        self.engine.namespace.log(
            "svl_stored_proc_messages",
            session_id=self.engine.pid,
            recordtime=history.now(),
            query=self.query_id,
            loglevel=statement.level,
            message=message,
            linenum=statement.line,
            querytext=self.procedure.name,
        )

    def do_diagnostics(self, statement) -> None:
        self.assign(statement.target, self.row_count, INTEGER)

    def check_may_end(self, word: str) -> None:
        """Refuse what ends the transaction, where the CALL does not own it."""
        if self.explicit:
            raise ServiceError(
                "2D000",
                f"{word} cannot be invoked from a procedure that is executing in an "
                "atomic context.",
                hint="Try calling the procedure as a top-level call i.e. not from within an "
                "explicit transaction block.",
            )
        if self.procedure.definer or self.procedure.settings:
            raise ServiceError(
                "2D000",
                f"{word} cannot be invoked from a procedure that is SECURITY DEFINER "
                "or has SET configuration options",
            )

    def do_transaction(self, statement) -> None:
        self.check_may_end(statement.word)
        if self.engine.transaction is None:
            return
        end = transactions.commit if statement.word == "COMMIT" else transactions.rollback
        end(self.engine)
        if self.procedure.atomic:
            transactions.begin(self.engine)

    # --- cursors ----------------------------------------------------------------------

    def do_open(self, statement) -> None:
        variable = self.frame.find(statement.cursor)
        if variable is None or (variable.kind != "cursor" and variable.type != VARCHAR):
            raise ServiceError("42804", f'"{statement.cursor}" is not a cursor variable')
        text = statement.query or variable.fields.get("query", (None, ""))[1]
        if statement.dynamic:
            text = self.value(text, VARCHAR)
        name = variable.value or statement.cursor
        if cursors.living(self.engine, name) is not None:
            raise ServiceError("42P03", f'cursor "{name}" already in use, close it first')
        variable.value = name
        self.engine.cursors[name] = cursors.Cursor(self.engine.transaction, self.perform(text))

    def opened(self, cursor: str) -> str:
        """Return the name of an open cursor."""
        variable = self.frame.find(cursor)
        name = variable.value if variable is not None else cursor
        cursors.existing(self.engine, name or cursor)
        return name

    def do_fetch(self, statement) -> None:
        name = self.opened(statement.cursor)
        cursor = self.engine.cursors[name]
        outcome = cursor.outcome
        rows = outcome.rows[cursor.at : cursor.at + 1]
        cursor.at += len(rows)
        self.store_row(statement.into, outcome.columns, outcome.kinds, rows[0] if rows else None)
        self.counted(len(rows))

    def do_close(self, statement) -> None:
        name = self.opened(statement.cursor)
        del self.engine.cursors[name]
