r"""Delimited, CSV and fixed-width text: lines become rows of fields, as COPY cuts them.

What COPY does not do with a file, this does not do either: quotation marks mean something with CSV
and REMOVEQUOTES only, a backslash with ESCAPE only.
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html (2026-11-23)
"""

import re

from dealab.sql.redshift.loading.records import EMPTY, Bad, Records

SURROGATES = re.compile("[\udc80-\udcff]+")


class Cut(Exception):
    """A row that cannot be cut into fields: (code, reason, position of the field)."""


def read(content: str, at: int, options, records: Records, fills: list) -> None:
    """Add the rows of one file's text. ``fills`` has what FILLRECORD gives a missing column."""
    lines = content.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    records.lines[at] = len(lines)
    cutter = _cutter(options)
    special = _special(options)
    nul = "\0" in content and options.null != "\0"
    number = options.header
    width = records.width
    while number < len(lines):
        first = number + 1
        line = lines[number]
        number += 1
        if line.endswith("\r"):
            line = line[:-1]
        if nul:
            line = line.partition("\0")[0]  # NUL ends the record
        if not line and options.has("IGNOREBLANKLINES"):
            continue
        if special is None or special not in line:
            fields = cutter.plain(line)
        else:
            more = number
            try:
                fields, more, line = cutter.careful(line, lines, number, nul)
            except Cut as problem:
                code, reason, column = problem.args
                records.bad.append(Bad(at, first, line, column, code, reason))
                continue
            number = more
        if len(fields) != width:
            fields = _fit(fields, width, options, fills)
            if isinstance(fields, Bad):
                fields.file, fields.line, fields.raw = at, first, line
                records.bad.append(fields)
                continue
        records.add(at, first, line, fields)


def _fit(fields: list, width: int, options, fills: list):
    """Return a row of the right width, or the Bad that says why there is none."""
    if len(fields) > width:
        if len(fields) == width + 1 and fields[-1] in ("", None):
            return fields[:-1]  # a delimiter behind the last field
        return Bad(0, 0, "", None, 1202, "Extra column(s) found", fields=fields)
    if options.has("FILLRECORD"):
        return [*fields, *fills[len(fields) :]]
    return Bad(0, 0, "", len(fields), 1214, "Delimiter not found", fields=fields)


def _special(options) -> str | None:
    """Return the character whose absence makes a line plain; "" makes all lines careful."""
    if options.format == "CSV":
        return options.quote
    if options.format == "FIXEDWIDTH":
        return None
    if options.has("REMOVEQUOTES"):
        return ""
    return "\\" if options.has("ESCAPE") else None


def _cutter(options):
    if options.format == "CSV":
        return _Csv(options)
    if options.format == "FIXEDWIDTH":
        return _Fixed(options)
    return _Delimited(options)


class _Fixed:
    def __init__(self, options):
        ends, at = [], 0
        for width in options.widths:
            ends.append((at, at + width))
            at += width
        self.ends = ends

    def plain(self, line: str) -> list:
        """Return the fields that begin inside the line; the last one may be shorter."""
        fields = [line[a:b] for a, b in self.ends if a < len(line) or a == 0]
        if len(line) > self.ends[-1][1]:
            fields.append(line[self.ends[-1][1] :])
        return fields


class _Csv:
    """CSV: fields in quotation marks may hold delimiters, line ends and doubled marks."""

    def __init__(self, options):
        self.delimiter, self.quote = options.delimiter, options.quote
        mark, stop = re.escape(self.quote), re.escape(self.delimiter)
        blank = {"\t": "[ ]", " ": "[\t]"}.get(self.delimiter, "[ \t]")
        self.quoted = re.compile(
            f"{blank}*{mark}([^{mark}]*(?:{mark}{mark}[^{mark}]*)*){mark}{blank}*(?:({stop})|$)"
        )
        self.row = re.compile(  # a whole row on one line, field by field
            f"((?:^|{stop})(?:({blank}*{mark}([^{mark}]*(?:{mark}{mark}[^{mark}]*)*){mark}{blank}*)"
            f"|([^{stop}{mark}]*))(?={stop}|$))"
        )
        self.bare = re.compile(f"([^{stop}{mark}]*)(?:({stop})|$)")
        self.opening = re.compile(f"{blank}*{mark}")
        self.doubled = self.quote * 2

    def plain(self, line: str) -> list:
        return line.split(self.delimiter)

    def careful(self, line: str, lines: list, number: int, cut: bool):
        """Return the fields, the number of the next line, and the record's text."""
        found = self.row.findall(line)
        if sum([len(one[0]) for one in found]) == len(line):
            doubled, quote = self.doubled, self.quote
            fields = [
                (inside.replace(doubled, quote) if doubled in inside else inside) or EMPTY
                if quoted
                else bare
                for _, quoted, inside, bare in found
            ]
            return fields, number, line
        if not cut:
            line = lines[number - 1]  # a carriage return may be part of a field
        fields, at = [], 0
        while True:
            if self.opening.match(line, at):
                found = self.quoted.match(line, at)
                while found is None and self._open(line, at) and number < len(lines):
                    line = line + "\n" + lines[number]
                    number += 1
                    if self.quote in lines[number - 1]:
                        found = self.quoted.match(line.removesuffix("\r"), at)
                if line.endswith("\r"):
                    line = line[:-1]
                    found = self.quoted.match(line, at)
                if found is None:
                    raise Cut(1214, "Invalid quote formatting for CSV", len(fields))
                fields.append(found[1].replace(self.doubled, self.quote) or EMPTY)
            else:
                found = self.bare.match(line, at)
                if found is None:  # a mark inside a field without marks
                    raise Cut(1214, "Invalid quote formatting for CSV", len(fields))
                last = found[2] is None
                fields.append(found[1].removesuffix("\r") if last else found[1])
            if found[2] is None:
                return fields, number, line.removesuffix("\r")
            at = found.end()

    def _open(self, line: str, at: int) -> bool:
        """Tell whether the field that begins at ``at`` is still open at the line's end."""
        inside = line[self.opening.match(line, at).end() :]
        rest = inside.replace(self.doubled, "")
        return self.quote not in rest


class _Delimited:
    """Text cut at a delimiter, perhaps with ESCAPE and REMOVEQUOTES."""

    def __init__(self, options):
        self.delimiter = options.delimiter
        self.null = options.null
        self.escape = options.has("ESCAPE")
        self.quotes = options.has("REMOVEQUOTES")

    def plain(self, line: str) -> list:
        return line.split(self.delimiter)

    def careful(self, line: str, lines: list, number: int, cut: bool):
        if self.escape and not cut:
            line = lines[number - 1]
            while self._open_end(line) and number < len(lines):
                line = line + "\n" + lines[number]
                number += 1
            if line.endswith("\r") and not self._open_end(line[:-1]):
                line = line[:-1]
        if not self.escape:
            return self._unquoted(line), number, line
        return self._fields(line), number, line

    @staticmethod
    def _open_end(line: str) -> bool:
        """Tell whether the line's end is escaped: an odd number of backslashes stands before."""
        return (len(line) - len(line.rstrip("\\"))) % 2 == 1

    def _unquoted(self, line: str) -> list:
        """REMOVEQUOTES without ESCAPE: a field that begins with a mark ends with the same one."""
        fields: list = []
        parts = line.split(self.delimiter)
        at = 0
        while at < len(parts):
            part = parts[at]
            at += 1
            mark = part[:1]
            if mark not in ("'", '"') or not mark:
                fields.append(part)
                continue
            while not (len(part) > 1 and part.endswith(mark)) and at < len(parts):
                part += self.delimiter + parts[at]
                at += 1
            if not (len(part) > 1 and part.endswith(mark)):
                raise Cut(1214, "Delimited value missing end quote", len(fields))
            fields.append(part[1:-1])
        return fields

    def _fields(self, line: str) -> list:
        fields: list = []
        at, end = 0, len(line)
        while True:
            start, text, mark = at, [], ""
            if self.quotes and line[at : at + 1] in ("'", '"') and at < end:
                mark = line[at]
                at += 1
            closed = not mark
            while at < end:
                one = line[at]
                if one == "\\" and at + 1 < end:
                    text.append(line[at + 1])
                    at += 2
                    continue
                if mark and one == mark and line[at + 1 : at + 2] in ("", self.delimiter):
                    closed = True
                    at += 1
                    mark = ""
                    continue
                if one == self.delimiter and not mark:
                    break
                text.append(one)
                at += 1
            if not closed:
                raise Cut(1214, "Delimited value missing end quote", len(fields))
            raw = line[start:at]
            fields.append(None if raw == self.null else "".join(text))
            if at >= end:
                return fields
            at += 1
            if at >= end:
                fields.append("")
                return fields


# --- bytes that are not UTF-8 -------------------------------------------------------------


def settle_characters(records: Records, options) -> None:
    """Replace invalid bytes (ACCEPTINVCHARS), or take their rows out as errors 1220.

    https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html
    """
    kept = Records(records.width, lines=records.lines, bad=records.bad, replaced=records.replaced)
    for file, line, raw, fields in zip(
        records.file, records.line, records.raw, records.rows, strict=True
    ):
        place = next((at for at, one in enumerate(fields) if one and SURROGATES.search(one)), None)
        clean = readable(raw)
        if place is None:
            kept.add(file, line, clean, fields)
            continue
        found = SURROGATES.search(fields[place])
        if options.replacement is None:
            bad = found[0].encode("utf-8", "surrogateescape")
            reason = (
                "String contains invalid or unsupported UTF8 codepoints. "
                f"Bad UTF8 hex sequence: {bad.hex(' ')} (error {3 if len(bad) == 1 else 6})"
            )
            value = readable(fields[place])
            kept.bad.append(Bad(file, line, clean, place, 1220, reason, found.start(), value, []))
            continue
        fresh = [
            one and SURROGATES.sub(lambda m: options.replacement * len(m[0]), one) for one in fields
        ]
        kept.replaced.append(Bad(file, line, clean, place, 0, "", found.start(), fields=[]))
        kept.add(file, line, clean, fresh)
    records.__dict__.update(kept.__dict__)


def readable(text: str) -> str:
    return SURROGATES.sub(lambda m: "?" * len(m[0]), text)
