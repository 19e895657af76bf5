"""GrokSerDe: a pattern of named pieces, each column one piece.

https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html. The pieces below are the lab's own
wording of the usual ones; a name that is missing is refused.
"""

import re

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.readers.regexes import matched

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
PIECES = {
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "INT": r"[+-]?\d+",
    "POSINT": r"\b[1-9]\d*\b",
    "NONNEGINT": r"\b\d+\b",
    "NUMBER": r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)",
    "BASE10NUM": r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)",
    "BASE16NUM": r"(?:0[xX])?[0-9A-Fa-f]+",
    "USERNAME": r"[a-zA-Z0-9._-]+",
    "USER": r"[a-zA-Z0-9._-]+",
    "EMAILLOCALPART": r"[a-zA-Z][\w.+=:-]*",
    "EMAILADDRESS": r"[a-zA-Z][\w.+=:-]*@[\w.-]+",
    "QUOTEDSTRING": r'(?:"(?:\\.|[^\\"])*"|\'(?:\\.|[^\\\'])*\')',
    "QS": r'(?:"(?:\\.|[^\\"])*"|\'(?:\\.|[^\\\'])*\')',
    "UUID": r"[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    "MAC": r"(?:[A-Fa-f0-9]{2}[:-]){5}[A-Fa-f0-9]{2}",
    "IPV4": rf"(?:{_OCTET}\.){{3}}{_OCTET}",
    "IPV6": r"[A-Fa-f0-9:]*:[A-Fa-f0-9:]+(?:%\w+)?",
    "IP": rf"(?:(?:{_OCTET}\.){{3}}{_OCTET}|[A-Fa-f0-9:]*:[A-Fa-f0-9:]+)",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z][0-9A-Za-z-]*)*\.?\b",
    "HOST": "%{HOSTNAME}",
    "IPORHOST": "(?:%{IP}|%{HOSTNAME})",
    "HOSTPORT": "%{IPORHOST}:%{POSINT}",
    "PATH": r"(?:/[\w_%!$@:.,+~-]*)+|[A-Za-z]+:(?:\\[^\\?*]*)+",
    "UNIXPATH": r"(?:/[\w_%!$@:.,+~-]*)+",
    "URIPROTO": r"[A-Za-z][A-Za-z0-9+.-]*",
    "URIHOST": "%{IPORHOST}(?::%{POSINT})?",
    "URIPATH": r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+",
    "URIPARAM": r"\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*",
    "URIPATHPARAM": "%{URIPATH}(?:%{URIPARAM})?",
    "URI": "%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
    "MONTH": r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    "MONTHNUM": r"(?:0?[1-9]|1[0-2])",
    "MONTHDAY": r"(?:0[1-9]|[12]\d|3[01]|[1-9])",
    "DAY": r"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|"
    r"Sun(?:day)?)",
    "YEAR": r"(?:\d\d){1,2}",
    "HOUR": r"(?:2[0-3]|[01]?\d)",
    "MINUTE": r"[0-5]\d",
    "SECOND": r"(?:[0-5]?\d|60)(?:[:.,]\d+)?",
    "TIME": "%{HOUR}:%{MINUTE}(?::%{SECOND})?",
    "DATE_US": "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "DATE": "(?:%{DATE_US}|%{DATE_EU})",
    "DATESTAMP": "%{DATE}[- ]%{TIME}",
    "ISO8601_TIMEZONE": r"(?:Z|[+-]\d\d:?\d\d)",
    "TIMESTAMP_ISO8601": "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?"
    "(?:%{ISO8601_TIMEZONE})?",
    "TZ": r"[A-Z]{3}",
    "HTTPDATE": r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} [+-]?\d+",
    "SYSLOGTIMESTAMP": "%{MONTH} +%{MONTHDAY} %{TIME}",
    "PROG": r"[\w._/%-]+",
    "SYSLOGPROG": r"%{PROG}(?:\[%{POSINT}\])?",
    "SYSLOGHOST": "%{IPORHOST}",
    "LOGLEVEL": r"(?:[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn(?:ing)?|"
    r"WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|"
    r"[Ss]evere|SEVERE|EMERG(?:ENCY)?|[Ee]merg(?:ency)?)",
}
_PIECE = re.compile(r"%\{(\w+)(?::([\w.]+))?(?::\w+)?\}")


def read(table, files, hive: bool, connection):
    """Return DuckDB's source and the columns."""
    written = table.settings.get("input.format")
    if not written:
        raise ServiceError("HIVE_CURSOR_ERROR", "input.format is missing in SERDEPROPERTIES")
    own = _own(table.settings.get("input.grokCustomPatterns", ""))
    return matched(table, files, hive, expanded(written, own))


def _own(text: str) -> dict[str, str]:
    """Read ``NAME pattern`` lines."""
    return dict(line.strip().split(None, 1) for line in text.split("\n") if " " in line.strip())


def expanded(written: str, own: dict[str, str], named: bool = True, depth: int = 0) -> str:
    """Return the regular expression of a grok pattern; its named pieces are the groups."""
    if depth > 20:
        raise ServiceError("HIVE_CURSOR_ERROR", "grok patterns that name each other")

    def piece(match) -> str:
        inner = own.get(match[1]) or PIECES.get(match[1])
        if inner is None:
            raise LabLimit(f"the grok pattern {match[1]}", "Athena knows the usual grok patterns.")
        made = expanded(inner, own, False, depth + 1)
        return f"({made})" if named and match[2] else f"(?:{made})"

    made = _PIECE.sub(piece, written)
    return made if named else re.sub(r"(?<!\\)\((?!\?)", "(?:", made)
