"""Reading a statement word by word: the grammar of what is not a query.

A statement's reader asks for the words that its grammar has, in their order. What is left at the
end was understood by nobody, so ``end`` refuses it: no clause is dropped without a word.
"""

import re

from sqlglot import exp

from dealab.sql import parsing

_WORD = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|(\(|[A-Za-z_]+)", re.DOTALL)


def leading_words(sql: str, count: int = 4) -> list[str]:
    """Return the first words of a statement, in upper case, comments left out."""
    words, at = [], 0
    while len(words) < count:
        found = _WORD.match(sql, at)
        if found is None:
            break
        if found[1]:
            words.append(found[1].upper())
        at = found.end()
    return words


class Reader:
    """A cursor over the tokens of one statement.

    ``syntax_error(offset, text)`` builds the service's error. Words of the grammar match without
    regard to case, and never match a quoted name.
    """

    def __init__(self, tokens, source, dialect, syntax_error, parameters=()):
        self.tokens = tokens
        self.source = source
        self.dialect = dialect
        self.syntax_error = syntax_error
        self.parameters = list(parameters)
        self.at = 0

    # --- looking ----------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def word(self, ahead: int = 0) -> str:
        """Return the upper-case text of a token ahead, or "" at the end or for quoted text."""
        place = self.at + ahead
        if place >= len(self.tokens) or self.is_quoted(self.tokens[place]):
            return ""
        return self.tokens[place].text.upper()

    @staticmethod
    def is_quoted(token) -> bool:
        return token.token_type.name in _QUOTED

    def sees(self, *words: str) -> bool:
        return all(self.word(ahead) == word for ahead, word in enumerate(words))

    @property
    def offset(self) -> int:
        """Return where the next token begins in the statement's text."""
        return len(self.source.sql) if self.done else self.tokens[self.at].start

    def place(self) -> tuple[int, int]:
        """Return line and column of the next token."""
        return self.source.line_column(self.offset)

    def rest(self) -> str:
        """Return the text from here to the end, as it was written."""
        return self.source.sql[self.offset :].rstrip().rstrip(";").rstrip()

    def text_between(self, first: int, last: int) -> str:
        """Return the text of the tokens ``first`` (included) to ``last`` (excluded)."""
        if first >= last:
            return ""
        return self.source.sql[self.tokens[first].start : self.tokens[last - 1].end + 1]

    # --- taking -----------------------------------------------------------------------

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def accept_any(self, *words: str) -> str:
        """Take one of these words if it comes next; return it, or ""."""
        word = self.word()
        if word and word in words:
            self.at += 1
            return word
        return ""

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.fail()

    def expect_any(self, *words: str) -> str:
        return self.accept_any(*words) or self._raise()

    def take(self):
        """Take and return the next token."""
        if self.done:
            raise self.fail()
        self.at += 1
        return self.tokens[self.at - 1]

    def identifier(self) -> str:
        """Take a name, quoted or not, and return it in lower case."""
        return self.spelled().lower()

    def spelled(self) -> str:
        """Take a name, quoted or not, and return it as it is written."""
        if self.done or not self.is_name():
            raise self.fail()
        return self.take().text

    def is_name(self, ahead: int = 0) -> bool:
        """Tell whether a name could stand at a token ahead."""
        if self.at + ahead >= len(self.tokens):
            return False
        token = self.tokens[self.at + ahead]
        if token.token_type.name == "IDENTIFIER":
            return True
        first = token.text[:1]
        return not self.is_quoted(token) and (first.isalpha() or first in "_#$")

    def qualified(self) -> list[str]:
        """Take a name of one or more parts joined by dots; return the parts in lower case."""
        parts = [self.identifier()]
        while self.accept("."):
            parts.append(self.identifier())
        return parts

    def string(self) -> str:
        """Take a string literal and return its content."""
        if self.done or self.tokens[self.at].token_type.name not in _STRINGS:
            raise self.fail()
        return self.take().text

    def is_string(self) -> bool:
        return not self.done and self.tokens[self.at].token_type.name in _STRINGS

    def integer(self) -> int:
        """Take a whole number, perhaps with a sign."""
        sign = -1 if self.accept("-") else 1
        if self.done or not self.tokens[self.at].text.isdigit() or self.is_string():
            raise self.fail()
        return sign * int(self.take().text)

    def listed(self, one) -> list:
        """Take ``( item, item, ... )`` where ``one`` takes an item; return the items."""
        self.expect("(")
        items = [one()]
        while self.accept(","):
            items.append(one())
        self.expect(")")
        return items

    def commas(self, one) -> list:
        """Take ``item, item, ...`` without parentheses."""
        items = [one()]
        while self.accept(","):
            items.append(one())
        return items

    def parenthesized(self) -> "Reader":
        """Take ``( ... )`` and return a reader of what is inside."""
        self.expect("(")
        first, depth = self.at, 1
        while depth:
            word = self.word()
            depth += (word == "(") - (word == ")")
            self.take()
        return self.part(first, self.at - 1)

    def until(self, *words: str) -> "Reader":
        """Take the tokens before the first of these words (outside parentheses), or all."""
        first, depth = self.at, 0
        while not self.done:
            word = self.word()
            if depth == 0 and word and word in words:
                break
            depth += (word in ("(", "[")) - (word in (")", "]"))
            if depth < 0:
                break
            self.at += 1
        return self.part(first, self.at)

    def part(self, first: int, last: int) -> "Reader":
        """Return a reader of the tokens ``first`` (included) to ``last`` (excluded)."""
        made = Reader(
            self.tokens[first:last], self.source, self.dialect, self.syntax_error, self.parameters
        )
        made.limit = last
        return made

    def end(self) -> None:
        """Refuse what is left."""
        if not self.done:
            raise self.fail()

    # --- handing over to the parser of queries ------------------------------------------

    def query(self):
        """Take the rest as a query and return its tree (sqlglot's)."""
        if self.done:
            raise self.fail()
        tree = parsing.parse(self.tokens[self.at :], self.source, self.dialect, self.syntax_error)
        self.at = len(self.tokens)
        return tree

    def expression(self):
        """Take the rest as one expression and return its tree (sqlglot's)."""
        if self.done:
            raise self.fail()
        tree = parsing.parse_expression(
            self.tokens[self.at :], self.source, self.dialect, self.syntax_error
        )
        self.at = len(self.tokens)
        return tree

    def statement(self, *kinds: type[exp.Expression]):
        """Take all tokens, from the first, as a statement of one of these kinds of tree."""
        tree = parsing.parse(self.tokens, self.source, self.dialect, self.syntax_error, kinds)
        self.at = len(self.tokens)
        return tree

    # --- refusing -----------------------------------------------------------------------

    def fail(self):
        """Return the service's syntax error at the next token."""
        if self.done:
            return self.syntax_error(len(self.source.sql), "<EOF>")
        token = self.tokens[self.at]
        return self.syntax_error(token.start, token.text)

    def _raise(self):
        raise self.fail()


_STRINGS = frozenset(["STRING", "NATIONAL_STRING", "RAW_STRING", "HEREDOC_STRING", "BYTE_STRING"])
_QUOTED = _STRINGS | {"IDENTIFIER", "BIT_STRING", "HEX_STRING", "UNICODE_STRING"}
