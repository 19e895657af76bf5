"""Reading a procedure's body into its tree. What it does not understand is a syntax error."""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift.plpgsql import tree

LEVELS = ("NOTICE", "INFO", "LOG", "DEBUG", "WARNING", "EXCEPTION")


def parse(reader) -> tree.Block:
    """Return the outermost block of a body. Raises Redshift's syntax error."""
    block = _Parser(reader).block()
    reader.accept(";")
    reader.end()
    return block


class _Parser:
    def __init__(self, reader):
        self.reader = reader

    # --- text of SQL ------------------------------------------------------------------

    def line(self) -> int:
        return self.reader.place()[0]

    def text_until(self, *words: str, required: bool = True) -> str:
        """Take SQL text up to one of the words, outside parentheses and CASE ... END."""
        reader, first, depth, cases = self.reader, self.reader.at, 0, 0
        while not reader.done:
            word = reader.word()
            if depth == 0 and cases == 0 and word in words:
                break
            if word == ";" and depth == 0:
                break
            depth += (word in ("(", "[")) - (word in (")", "]"))
            cases += (word == "CASE") - (word == "END" and cases > 0)
            reader.at += 1
        if reader.at == first or (required and reader.word() not in words):
            raise reader.fail()
        return reader.text_between(first, reader.at)

    def name(self) -> tuple[str, ...]:
        """Take a variable, or a field of a record."""
        return tuple(self.reader.qualified())

    def end_of_statement(self) -> None:
        self.reader.expect(";")

    # --- blocks -----------------------------------------------------------------------

    def label(self) -> str:
        if not self.reader.accept("<", "<"):
            return ""
        label = self.reader.identifier()
        self.reader.expect(">", ">")
        return label

    def block(self, label: str | None = None) -> tree.Block:
        reader, line = self.reader, self.line()
        label = self.label() if label is None else label
        declarations = []
        if reader.accept("DECLARE"):
            while not reader.sees("BEGIN"):
                reader.accept("DECLARE")
                declarations.append(self.declaration())
        reader.expect("BEGIN")
        body = self.statements("EXCEPTION", "END")
        handler, continues = None, False
        if reader.accept("EXCEPTION"):
            continues = reader.accept_any("CONTINUE_HANDLER", "EXIT_HANDLER") == "CONTINUE_HANDLER"
            reader.expect("WHEN")
            if not reader.accept("OTHERS"):
                raise ServiceError(
                    "42704",
                    f'unrecognized exception condition "{reader.take().text.lower()}"',
                    hint="Redshift has one condition only: WHEN OTHERS.",
                )
            reader.expect("THEN")
            handler = self.statements("END")
        reader.expect("END")
        if reader.is_name() and not reader.sees(";"):
            reader.identifier()
        return tree.Block(line, label, tuple(declarations), body, handler, continues)

    def statements(self, *ends: str) -> tuple[tree.Statement, ...]:
        found = []
        while self.reader.word() not in ends:
            if self.reader.done:
                raise self.reader.fail()
            found.append(self.statement())
        return tuple(found)

    def declaration(self) -> tree.Declaration:
        reader = self.reader
        name = reader.identifier()
        if reader.accept("ALIAS", "FOR"):
            target = "$" + str(reader.integer()) if reader.accept("$") else reader.identifier()
            self.end_of_statement()
            return tree.Declaration(name, kind="alias", alias_of=target)
        constant = reader.accept("CONSTANT")
        if reader.accept("CURSOR"):
            reader.expect_any("FOR", "IS")
            query = self.text_until(";")
            self.end_of_statement()
            return tree.Declaration(name, kind="cursor", query=query)
        kind, type_, like = self.declared_type()
        not_null = reader.accept("NOT", "NULL")
        default = None
        if reader.accept("DEFAULT") or reader.accept(":=") or reader.accept("="):
            default = self.text_until(";")
        if not_null and default is None:
            raise ServiceError(
                "22004",
                f'variable "{name}" must have a default value, since it\'s declared NOT NULL',
            )
        self.end_of_statement()
        return tree.Declaration(name, type_, like, kind, default, constant, not_null)

    def declared_type(self):
        reader = self.reader
        if reader.accept("RECORD"):
            return "record", None, ()
        if reader.accept("REFCURSOR"):
            return "cursor", None, ()
        at, ahead = reader.at, 1
        while reader.word(ahead) == ".":
            ahead += 2
        if reader.word(ahead) == "%" and reader.word(ahead + 1) in ("TYPE", "ROWTYPE"):
            like = tuple(reader.qualified())
            reader.expect("%")
            word = reader.expect_any("TYPE", "ROWTYPE")
            return ("row" if word == "ROWTYPE" else "value"), None, like
        reader.at = at
        from dealab.sql.redshift.statements.definitions import read_type

        return "value", read_type(reader), ()

    # --- statements -------------------------------------------------------------------

    def statement(self) -> tree.Statement:
        reader, line = self.reader, self.line()
        label = self.label()
        if reader.sees("DECLARE") or (reader.sees("BEGIN") and not reader.sees("BEGIN", ";")):
            block = self.block(label)
            self.end_of_statement()
            return block
        if loop := self.loop(line, label):
            return loop
        if label:
            raise reader.fail()
        method = getattr(self, f"read_{reader.word().lower()}", None)
        if method is not None and not self.is_assignment():
            made = method(line)
            self.end_of_statement()
            return made
        if self.is_assignment():
            target = self.name()
            reader.accept_any(":=", "=")
            made = tree.Assign(line, target, self.text_until(";"))
        else:
            made = self.sql(line)
        self.end_of_statement()
        return made

    def is_assignment(self) -> bool:
        reader, ahead = self.reader, 1
        if not reader.is_name():
            return False
        while reader.word(ahead) == ".":
            ahead += 2
        return reader.word(ahead) in (":=", "=")

    def loop(self, line: int, label: str) -> tree.Statement | None:
        reader = self.reader
        if reader.accept("LOOP"):
            made = tree.Loop(line, label, self.loop_body())
        elif reader.accept("WHILE"):
            condition = self.text_until("LOOP")
            reader.expect("LOOP")
            made = tree.Loop(line, label, self.loop_body(), condition)
        elif reader.accept("FOR"):
            made = self.for_loop(line, label)
        else:
            return None
        self.end_of_statement()
        return made

    def loop_body(self) -> tuple[tree.Statement, ...]:
        body = self.statements("END")
        self.reader.expect("END", "LOOP")
        if self.reader.is_name():
            self.reader.identifier()
        return body

    def for_loop(self, line: int, label: str) -> tree.Statement:
        reader = self.reader
        targets = tuple(reader.commas(self.name))
        reader.expect("IN")
        reverse = reader.accept("REVERSE")
        first = reader.at
        dynamic = reader.accept("EXECUTE")
        begin = reader.at
        self.text_until("LOOP")
        spread = self.range_parts(begin, reader.at)
        if spread is not None and not dynamic:
            reader.expect("LOOP")
            low, high, step = spread
            return tree.ForRange(
                line, label, targets[0][0], low, high, step, reverse, self.loop_body()
            )
        text = reader.text_between(begin if dynamic else first, reader.at)
        reader.expect("LOOP")
        return tree.ForQuery(line, label, targets, text, dynamic, self.loop_body())

    def range_parts(self, first: int, last: int) -> tuple[str, str, str | None] | None:
        """Return first, last and step of ``1 .. 10 BY 2``, or None where it is a query."""
        reader, depth = self.reader, 0
        for at in range(first, last):
            token = reader.tokens[at]
            depth += (token.text in "([") - (token.text in ")]")
            dots = self.dots_at(at)
            if depth == 0 and dots is not None:
                left = self.reader.source.sql[reader.tokens[first].start : dots[0]]
                rest = self.reader.source.sql[dots[1] : reader.tokens[last - 1].end + 1]
                step = None
                for by in range(at + 1, last):
                    if reader.tokens[by].text.upper() == "BY":
                        rest = self.reader.source.sql[dots[1] : reader.tokens[by].start]
                        step = reader.text_between(by + 1, last)
                        break
                return left.strip(), rest.strip(), step
        return None

    def dots_at(self, at: int) -> tuple[int, int] | None:
        """Return begin and end of ``..`` where it starts at or inside a token (``1.`` ``.``)."""
        token = self.reader.tokens[at]
        sql = self.reader.source.sql
        for start in (token.start, token.end):
            if sql[start : start + 2] == ".." and not self.reader.is_quoted(token):
                return start, start + 2
        return None

    def read_null(self, line) -> tree.Statement:
        self.reader.expect("NULL")
        return tree.Nothing(line)

    def read_if(self, line) -> tree.Statement:
        reader = self.reader
        reader.expect("IF")
        branches, otherwise = [], ()
        while True:
            condition = self.text_until("THEN")
            reader.expect("THEN")
            branches.append((condition, self.statements("ELSIF", "ELSEIF", "ELSE", "END")))
            if reader.accept_any("ELSIF", "ELSEIF"):
                continue
            if reader.accept("ELSE"):
                otherwise = self.statements("END")
            reader.expect("END", "IF")
            return tree.If(line, tuple(branches), otherwise)

    def read_case(self, line) -> tree.Statement:
        """CASE x WHEN 1, 2 THEN ... and CASE WHEN condition THEN ..."""
        reader = self.reader
        reader.expect("CASE")
        subject = None if reader.sees("WHEN") else self.text_until("WHEN")
        branches, otherwise = [], None
        while reader.accept("WHEN"):
            text = self.text_until("THEN")
            reader.expect("THEN")
            condition = text if subject is None else f"({subject}) IN ({text})"
            branches.append((condition, self.statements("WHEN", "ELSE", "END")))
        if reader.accept("ELSE"):
            otherwise = self.statements("END")
        reader.expect("END", "CASE")
        return tree.Case(line, tuple(branches), otherwise)

    def read_exit(self, line) -> tree.Statement:
        again = self.reader.expect_any("EXIT", "CONTINUE") == "CONTINUE"
        label = ""
        if self.reader.is_name() and not self.reader.sees("WHEN"):
            label = self.reader.identifier()
        condition = self.text_until(";") if self.reader.accept("WHEN") else None
        return tree.Exit(line, label, condition, again)

    read_continue = read_exit

    def read_return(self, line) -> tree.Statement:
        self.reader.expect("RETURN")
        if not self.reader.sees(";"):
            raise ServiceError("42804", "RETURN cannot have a parameter in a procedure")
        return tree.Return(line)

    def read_raise(self, line) -> tree.Statement:
        reader = self.reader
        reader.expect("RAISE")
        level = reader.accept_any(*LEVELS)
        if not level and reader.sees(";"):
            return tree.Raise(line, "AGAIN")
        text = reader.string()
        values = []
        while reader.accept(","):
            values.append(self.text_until(",", ";"))
        if text.replace("%%", "").count("%") != len(values):
            few = text.replace("%%", "").count("%") > len(values)
            raise ServiceError("42601", f"too {'few' if few else 'many'} parameters for RAISE")
        return tree.Raise(line, level or "EXCEPTION", text, tuple(values))

    def read_execute(self, line) -> tree.Statement:
        self.reader.expect("EXECUTE")
        text = self.text_until("INTO", ";")
        return tree.Execute(line, text, self.into())

    def into(self) -> tuple[tuple[str, ...], ...]:
        if not self.reader.accept("INTO"):
            return ()
        self.reader.accept("STRICT")
        return tuple(self.reader.commas(self.name))

    def read_perform(self, line) -> tree.Statement:
        self.reader.expect("PERFORM")
        return tree.Sql(line, "SELECT " + self.text_until(";"), perform=True)

    def read_open(self, line) -> tree.Statement:
        reader = self.reader
        reader.expect("OPEN")
        cursor = reader.identifier()
        if not reader.accept("FOR"):
            return tree.Open(line, cursor)
        dynamic = reader.accept("EXECUTE")
        return tree.Open(line, cursor, self.text_until(";"), dynamic)

    def read_fetch(self, line) -> tree.Statement:
        reader = self.reader
        reader.expect("FETCH")
        cursor = reader.identifier()
        reader.accept("NEXT")
        into = self.into()
        if not into:
            raise reader.fail()
        return tree.Fetch(line, cursor, into)

    def read_close(self, line) -> tree.Statement:
        self.reader.expect("CLOSE")
        return tree.Close(line, self.reader.identifier())

    def read_get(self, line) -> tree.Statement:
        self.reader.expect("GET", "DIAGNOSTICS")
        target = self.name()
        if not self.reader.accept_any(":=", "="):
            raise self.reader.fail()
        self.reader.expect("ROW_COUNT")
        return tree.Diagnostics(line, target)

    def read_commit(self, line) -> tree.Statement:
        word = self.reader.expect_any("COMMIT", "ROLLBACK")
        self.reader.accept_any("WORK", "TRANSACTION")
        return tree.Transaction(line, word)

    read_rollback = read_commit

    def sql(self, line) -> tree.Statement:
        """A statement of SQL. INTO of a SELECT names variables here."""
        reader = self.reader
        first = reader.at
        selects = reader.word() in ("SELECT", "WITH")
        text = self.text_until(";")
        if not selects:
            return tree.Sql(line, text)
        found = _into_place(reader, first, reader.at)
        if found is None:
            return tree.Sql(line, text)
        end = reader.at
        reader.at = found
        into = self.into()
        rest = reader.text_between(reader.at, end)
        text = f"{reader.text_between(first, found)} {rest}".strip()
        reader.at = end
        return tree.Sql(line, text, into)


def _into_place(reader, first: int, last: int) -> int | None:
    """Return where INTO stands in a SELECT, outside parentheses; None where there is none."""
    depth = 0
    for at in range(first, last):
        token = reader.tokens[at]
        if reader.is_quoted(token):
            continue
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text.upper() == "INTO":
            after = reader.tokens[at + 1].text.upper() if at + 1 < last else ""
            return None if after in ("TEMP", "TEMPORARY", "TABLE") or after[:1] == "#" else at
    return None
