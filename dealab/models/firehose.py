"""Firehose: names of the files, dynamic partitions, and the documents of records that failed.

Sources (checked 2026-11-23), all below https://docs.aws.amazon.com/firehose/latest/dev/:
s3-prefixes.html, s3-object-name.html, dynamic-partitioning.html, data-transformation.html,
data-transformation-failure-handling.html, record-format-conversion-error-handling.html,
limits.html.

Left out: of jq, all but an object of paths with a few functions (``PartitionQuery`` refuses the
rest by name); of Java's date patterns, all but the letters that prefixes use.
"""

import base64
import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

RECORD_BYTES = 1_024_000  # before base64: limits.html
BATCH_RECORDS, BATCH_BYTES = 500, 4 * 1024 * 1024
MB = 1024 * 1024

_EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]*)\}")
_LETTERS = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)
_JAVA = {"y": "%Y", "u": "%Y", "M": "%m", "d": "%d", "H": "%H", "m": "%M", "s": "%S", "D": "%j"}
_EXTENSIONS = {"GZIP": ".gz", "ZIP": ".zip", "Snappy": ".snappy", "HADOOP_SNAPPY": ".hsnappy"}


class Unknown(Exception):
    """An expression outside of what is done here; the text names it."""


def prefix_refused(prefix: str, errors: str, partitioned: bool) -> str | None:
    """Return the reason why a pair of prefixes is refused, or None. Raises Unknown."""
    found = _EXPRESSION.findall(prefix or "")
    for namespace, value in [*found, *_EXPRESSION.findall(errors or "")]:
        known = ("timestamp", "firehose", "partitionKeyFromQuery", "partitionKeyFromLambda")
        if namespace not in known:
            return f"Invalid expression !{{{namespace}:{value}}}: unknown namespace"
        if namespace == "timestamp":
            java_date(value, datetime(2026, 1, 1))
        if namespace == "firehose" and value not in ("error-output-type", "random-string"):
            return f"Invalid expression !{{firehose:{value}}}"
    if any(value == "error-output-type" for _, value in found):
        return "Prefix cannot contain !{firehose:error-output-type}"
    if found and not errors:
        return "ErrorOutputPrefix can't be null when Prefix contains expressions"
    if "!{" in (errors or "") and "!{firehose:error-output-type}" not in errors:
        return (
            "ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains "
            "expressions"
        )
    keys = [value for namespace, value in found if namespace.startswith("partitionKey")]
    if keys and not partitioned:
        return "Prefix uses partition keys, but dynamic partitioning is not enabled"
    if partitioned and not keys:
        return "Prefix must use the partition keys when dynamic partitioning is enabled"
    return None


def folder(prefix: str | None, moment: datetime, zone: str | None, random: str, **more) -> str:
    """Evaluate a prefix for objects whose oldest record arrived at ``moment`` (aware).

    ``more``: ``query`` and ``function`` (partition keys), ``failed`` (type of an error output; then
    ``errors`` is its own prefix). A prefix without expressions is followed by the hour in UTC.
    """
    failed = more.get("failed")
    text = (more.get("errors") if failed else prefix) or ""
    moment = moment.astimezone(ZoneInfo(zone or "UTC"))
    if "!{" not in text:
        text = (text or prefix or "") if failed else text
        return text + (f"{failed}/" if failed else "") + moment.strftime("%Y/%m/%d/%H/")

    def value(match):
        namespace, name = match.groups()
        if namespace == "timestamp":
            return java_date(name, moment)
        if namespace == "firehose":
            return failed if name == "error-output-type" else random
        keys = more.get("query" if namespace == "partitionKeyFromQuery" else "function") or {}
        return str(keys[name])

    # A prefix with neither a time nor a partition key gets the default time (s3-prefixes.html).
    timed = failed or "!{timestamp:" in text or "!{partitionKeyFrom" in text
    return _EXPRESSION.sub(value, text) + ("" if timed else moment.strftime("%Y/%m/%d/%H/"))


def java_date(pattern: str, moment: datetime) -> str:
    """Format as Java's DateTimeFormatter does. Raises Unknown for other letters."""
    parts = []
    for match in _LETTERS.finditer(pattern):
        quoted, letter = match.groups()
        if quoted is not None:
            parts.append(quoted.replace("''", "'") or "'")
        elif letter is None:
            parts.append(match.group())
        elif letter == "S":
            parts.append(f"{moment.microsecond:06d}".ljust(9, "0")[: len(match.group())])
        elif letter in _JAVA:
            text, width = moment.strftime(_JAVA[letter]), len(match.group())
            if letter in "yu":
                parts.append(text[-2:] if width == 2 else text.zfill(width))
            elif letter == "M" and width > 2:
                parts.append(moment.strftime("%b" if width == 3 else "%B"))
            else:
                parts.append(text.lstrip("0").rjust(width, "0") or "0")
        else:
            raise Unknown(f"the letter {letter} in !{{timestamp:{pattern}}}")
    return "".join(parts)


def file_name(stream: str, version: str, moment: datetime, random: str, settings: dict) -> str:
    """``stream-version-time-random`` with the extension of what is written."""
    stamp = moment.strftime("%Y-%m-%d-%H-%M-%S")
    serializer = output_serializer(settings)
    if settings.get("FileExtension"):
        extension = settings["FileExtension"]
    elif serializer:
        extension = ".parquet" if serializer == "ParquetSerDe" else ".orc"
    else:
        extension = _EXTENSIONS.get(settings.get("CompressionFormat"), "")
    return f"{stream}-{version}-{stamp}-{random}{extension}"


def output_serializer(settings: dict) -> str | None:
    """The name of the serializer when format conversion is on, else None."""
    conversion = settings.get("DataFormatConversionConfiguration") or {}
    if not conversion or conversion.get("Enabled") is False:
        return None
    return next(iter(conversion["OutputFormatConfiguration"]["Serializer"]))


def split(records: list, size: int, full: bool = False) -> list[list]:
    """Split (arrival, data, ...) tuples into groups of at most ``size`` bytes, one at least each.

    With ``full`` a group ends with the record that makes it as large as ``size``, as a buffer does.
    """
    groups, total = [], size + 1
    for record in records:
        if total >= size if full else total + len(record[1]) > size:
            groups.append([])
            total = 0
        groups[-1].append(record)
        total += len(record[1])
    return groups


def deaggregated(data: bytes, settings: dict) -> list[bytes]:
    """Split one record's data into the records in it, by JSON documents or by a delimiter."""
    if settings.get("SubRecordType", "JSON").upper() == "DELIMITED":
        delimiter = base64.b64decode(settings.get("Delimiter") or base64.b64encode(b"\n"))
        return [part for part in data.split(delimiter) if part]
    text, found, decoder, at = data.decode(), [], json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        document, end = decoder.raw_decode(text, at)
        inside = document if isinstance(document, list) else [document]
        found += [json.dumps(one).encode() for one in inside]
        at = end
    return found


class PartitionQuery:
    """A jq expression of the form ``{key: .path, other: .a.b | strftime("%Y")}``.

    Raises Unknown for anything else of jq.
    """

    _PATH = re.compile(r'\.(?:([A-Za-z_]\w*)|"([^"]*)")|\[(?:(\d+)|"([^"]*)")\]|\.(?=\[)')

    def __init__(self, text: str):
        inner = text.strip()
        if not (inner.startswith("{") and inner.endswith("}")):
            raise Unknown(f"the jq expression {text}: only an object of paths")
        self.keys = {}
        for part in _outside_quotes(inner[1:-1], ","):
            name, colon, expression = part.partition(":")
            name = name.strip().strip('"')
            if not colon or not re.fullmatch(r"\w+", name):
                raise Unknown(f"the jq expression {part.strip()}")
            path, *functions = [step.strip() for step in _outside_quotes(expression, "|")]
            self.keys[name] = (self._steps(path), [self._function(one) for one in functions])

    def _steps(self, path: str) -> list:
        steps, at = [], 0
        while at < len(path):
            match = self._PATH.match(path, at)
            if not match:
                raise Unknown(f"the jq path {path}")
            name, quoted, index, key = match.groups()
            if any(one is not None for one in match.groups()):
                steps.append(int(index) if index is not None else name or quoted or key)
            at = match.end()
        if not steps:
            raise Unknown(f"the jq path {path}")
        return steps

    @staticmethod
    def _function(text: str):
        simple = {
            "tostring": lambda v: v if isinstance(v, str) else json.dumps(v),
            "tonumber": lambda v: float(v) if "." in str(v) else int(v),
            "ascii_downcase": str.lower,
            "ascii_upcase": str.upper,
            "length": len,
            "floor": lambda v: int(v // 1),
            "fromdate": lambda v: int(datetime.fromisoformat(v).timestamp()),
        }
        if text in simple:
            return simple[text]
        if match := re.fullmatch(r'strftime\("([^"]*)"\)', text):
            form = match.group(1)
            return lambda v: datetime.fromtimestamp(v, ZoneInfo("UTC")).strftime(form)
        if match := re.fullmatch(r"([-+*/])\s*(\d+)", text):
            raise Unknown(f"arithmetic in jq: {text}")
        raise Unknown(f"the jq function {text}")

    def of(self, data: bytes) -> dict[str, str]:
        """Return the partition keys of a record. Raises ValueError when one is missing or empty."""
        document, found = json.loads(data), {}
        for name, (steps, functions) in self.keys.items():
            value = document
            try:
                for step in steps:
                    value = value[step]
                for function in functions:
                    value = function(value)
            except (KeyError, IndexError, TypeError, AttributeError) as error:
                raise ValueError(f"no value for the partition key {name}") from error
            if value is None or value == "":
                raise ValueError(f"the partition key {name} is null or empty")
            found[name] = value if isinstance(value, str) else json.dumps(value)
        return found


def _outside_quotes(text: str, separator: str) -> list[str]:
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += (character in "([{") - (character in ")]}") if not quoted else 0
        if character == separator and not quoted and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def transformed(sent: list[dict], answer, error: dict | None) -> dict[str, tuple]:
    """Read what the transforming function answered.

    ``sent`` are the records of its event. Returns for each recordId ("Ok", data, partition keys),
    ("Dropped",) or ("Failed", error code, message).
    """
    if error or not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
        message = (error or {}).get("errorMessage", "The function did not return records.")
        failure = ("Failed", "Lambda.FunctionError", message)
        return {record["recordId"]: failure for record in sent}
    by_id: dict[str, list] = {}
    for record in answer["records"]:
        if isinstance(record, dict):
            by_id.setdefault(record.get("recordId"), []).append(record)
    return {one["recordId"]: _verdict(by_id.get(one["recordId"], [])) for one in sent}


def _verdict(answers: list[dict]) -> tuple:
    if not answers:
        return "Failed", "Lambda.MissingRecordId", "One or more record Ids were not returned."
    if len(answers) > 1:
        return "Failed", "Lambda.DuplicatedRecordId", "Multiple records had the same record Id."
    [record] = answers
    if record.get("result") == "Dropped":
        return ("Dropped",)
    if record.get("result") != "Ok":
        return "Failed", "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"
    try:
        data = base64.b64decode(record["data"], validate=True)
    except (KeyError, ValueError, TypeError):
        return "Failed", "Lambda.FunctionError", "The data of the record is not base64."
    return "Ok", data, (record.get("metadata") or {}).get("partitionKeys") or {}


def failure(data: bytes, arrival: float, now: float, attempts: int, code: str, message, **more):
    """The document of a record that was not processed; times in epoch seconds."""
    names = ("ErrorCode", "ErrorMessage") if "dataCatalogTable" in more else ("errorCode",)
    names = names if len(names) == 2 else ("errorCode", "errorMessage")
    return {
        "attemptsMade": attempts,
        "arrivalTimestamp": int(arrival * 1000),
        names[0]: code,
        names[1]: message,
        "attemptEndingTimestamp": int(now * 1000),
        "rawData": base64.b64encode(data).decode("ascii"),
        **more,
    }
