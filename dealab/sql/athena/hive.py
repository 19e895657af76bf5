"""What Hive's own parser and metastore say in Athena: text literals and the words of errors.

Athena hands its DDL to Hive. Such errors begin with ``FAILED:``, which takes the place of an error
name here. Wordings seen on the service: https://github.com/aoyagikouhei/athena-local/tree/main/docs
"""

import re

from dealab.sql.errors import ServiceError

TASK = "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|[0-1][0-7]{2}|.)", re.DOTALL)
_NAMED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


def unescape(written: str) -> str:
    r"""Return the text of a Hive literal, given without its quotation marks.

    ``\t``, ``\001`` and ``\u0001`` are characters; ``\%`` and ``\_`` stay as they are; before any
    other character a backslash is dropped.
    """

    def one(match) -> str:
        mark = match[1]
        if mark[0] == "u" and len(mark) == 5:
            return chr(int(mark[1:], 16))
        if len(mark) == 3:
            return chr(int(mark, 8))
        if mark in "%_":
            return match[0]
        return _NAMED.get(mark, mark)

    return _ESCAPE.sub(one, written)


def literals(tokens, sql: str) -> list:
    """Return the tokens with the text of their literals as Hive reads it.

    Literals that touch (``'a''b'``) are one.
    """
    made: list = []
    for token in tokens:
        if token.token_type.name == "STRING":
            text = unescape(sql[token.start + 1 : token.end])
            before = made[-1] if made else None
            if (
                before is not None
                and before.token_type == token.token_type
                and before.end + 1 == token.start
            ):
                made.pop()
                text, start = before.text + text, before.start
            else:
                start = token.start
            token = type(token)(
                token.token_type, text, token.line, token.col, start, token.end, token.comments
            )
        made.append(token)
    return made


# --- errors ----------------------------------------------------------------------------


def failed(message: str, hint: str = "") -> ServiceError:
    """Return ``FAILED: message``."""
    return ServiceError("FAILED", message, hint=hint)


def task_failed(message: str, hint: str = "") -> ServiceError:
    """Return the error of a statement that the metastore refused."""
    return failed(TASK + message, hint)


def refused(message: str, hint: str = "") -> ServiceError:
    """Return an error that comes before the statement starts."""
    return ServiceError("INVALID_REQUEST", message, hint=hint)


def no_database(name: str, hint: str = "") -> ServiceError:
    return failed(f"SemanticException [Error 10072]: Database does not exist: {name}", hint)


def no_table(database: str, name: str, hint: str = "") -> ServiceError:
    return failed(f"SemanticException [Error 10001]: Table not found {database}.{name}", hint)


def iceberg_unsupported() -> ServiceError:
    """Return the refusal of a Hive statement over an Iceberg table."""
    return ServiceError("NOT_SUPPORTED", "Query type not supported by Athena Iceberg at this time")


def unsupported(what: str) -> ServiceError:
    """Return Athena's refusal of a statement that Hive has and Athena does not run.

    https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html
    """
    return ServiceError(
        "NOT_SUPPORTED", "Queries of this type are not supported", hint=f"Athena has no {what}."
    )
