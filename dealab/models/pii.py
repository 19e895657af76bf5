"""Sensitive data in objects, found as Macie describes it: managed and custom data identifiers.

    found = findings([("people.csv", b"name,ssn\\nAda,536-90-4399\\n")])
    found[0].type, found[0].detections[0].identifier, found[0].detections[0].locations

A model: Macie also learns from examples and reads more formats. Here are patterns with checksums,
and its rules for keywords (within 30 characters in text; in the column's or field's name or in the
same field of a table or document), for test numbers of card issuers, for custom identifiers
(pattern, keywords, distance, words to ignore, severity by occurrences) and for locations (the first
15).
CSV, JSON, JSON Lines, Parquet and text are read, each also as ``.gz``.

https://docs.aws.amazon.com/macie/latest/user/mdis-reference-quick.html
https://docs.aws.amazon.com/macie/latest/user/mdis-reference-financial.html
https://docs.aws.amazon.com/macie/latest/user/managed-data-identifiers-keywords.html
https://docs.aws.amazon.com/macie/latest/user/cdis-options.html
(the last checked 2026-11-23, the others not)

Left out: names, addresses, health data and most countries. Macie has no managed identifier for
e-mail addresses: write a custom one. Severity of what is found by managed identifiers: High for
credentials, money and national ids, Medium for telephone numbers, which is the lab's choice.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

PROXIMITY = 30  # characters between a keyword and what it tells of, in text
MOST_LOCATIONS = 15
SEVERITIES = ("LOW", "MEDIUM", "HIGH")
#: numbers that card issuers keep for tests: Macie does not report them
_TEST_CARDS = """
    378282246310005 371449635398431 378734493671000 30569309025904 38520000023237
    6011111111111117 6011000990139424 3530111333300000 3566002020360505 5555555555554444
    5105105105105100 4111111111111111 4012888888881881 4222222222222 5200828282828210
"""
TEST_CARDS = frozenset(_TEST_CARDS.split())


@dataclass(frozen=True)
class Identifier:
    """A data identifier. ``accepts(match)`` checks what the pattern found (a checksum).

    ``category``: Credentials, Financial, Personal or CustomIdentifier. ``keywords``: one of them
    must be near, unless there are none. ``levels``: (occurrences, severity), ascending.
    """

    id: str
    category: str
    pattern: re.Pattern
    keywords: tuple[str, ...] = ()
    accepts: Callable = lambda text: True
    distance: int = PROXIMITY
    ignore: tuple[str, ...] = ()
    levels: tuple[tuple[int, str], ...] = ((1, "HIGH"),)


@dataclass(frozen=True)
class Detection:
    """What one identifier found in one object: how often, how severe, and where (at most 15).

    A location is a dict: ``column`` and ``row`` of a table (rows count from 1, without the header),
    ``jsonPath`` and ``recordIndex`` of a document (records count from 0), or ``line`` and
    ``start``/``end`` (line from 1, columns from 1).
    """

    identifier: str
    category: str
    count: int
    severity: str
    locations: tuple[dict, ...]


@dataclass(frozen=True)
class Finding:
    """Everything found in one object, as Macie's sensitive data findings put it."""

    key: str
    type: str
    severity: str
    detections: tuple[Detection, ...] = field(default_factory=tuple)


# --- checksums ------------------------------------------------------------------------


def luhn(number: str) -> bool:
    """Tell whether a number's last digit is its Luhn check digit."""
    digits = [int(letter) for letter in reversed(number) if letter.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return bool(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def card(number: str) -> bool:
    """Tell whether a number is a card's: issuer's prefix, length, Luhn, and no test number."""
    plain = re.sub(r"[ -]", "", number)
    issued = re.match(r"3[47]|3[0568]|4|5[0-5]|6[0-9]|2[2-7]", plain)
    return bool(issued) and 13 <= len(plain) <= 19 and plain not in TEST_CARDS and luhn(plain)


def iban(number: str) -> bool:
    """Tell whether an IBAN's check digits are right (ISO 13616, modulo 97)."""
    plain = re.sub(r"[ -]", "", number).upper()
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def ssn(number: str) -> bool:
    """Tell whether a number has the form of a US Social Security number that can be given out."""
    area, group, serial = re.sub(r"\D", "", number)[:3], number[-7:-5], number[-4:]
    area_fits = area not in ("000", "666") and area < "900"
    return area_fits and group.strip("- ") != "00" and serial != "0000"


def _secret(text: str) -> bool:
    """A secret access key mixes upper and lower case and digits."""
    return all(re.search(kind, text) for kind in ("[A-Z]", "[a-z]", "[0-9]"))


_IBAN_COUNTRIES = {"GB": "UK", "DE": "GERMANY", "FR": "FRANCE", "IT": "ITALY", "ES": "SPAIN"}
_IBAN_LENGTHS = {"GB": 22, "DE": 22, "FR": 27, "IT": 27, "ES": 24}
_CARD_WORDS = (
    "account number", "american express", "amex", "bank card", "card", "card num", "card number",
    "cc #", "ccn", "check card", "credit", "credit card", "credit card#", "dankort", "debit",
    "debit card", "diners club", "discover", "electron", "japanese card bureau", "jcb",
    "mastercard", "mc", "pan", "payment account number", "pcn", "union pay", "visa",
)  # fmt: skip
_SSN_WORDS = ("social security", "ssn", "ss#", "social security number", "social security#")
_PHONE_WORDS = ("cell", "contact", "fax", "mobile", "phone", "telephone", "tel")
_AWS_WORDS = (
    "aws_secret_access_key", "credentials", "secret access key", "secret key", "set-awscredential",
)  # fmt: skip
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")

MANAGED = {
    one.id: one
    for one in [
        Identifier(
            "AWS_CREDENTIALS",
            "Credentials",
            re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),
            _AWS_WORDS,
            _secret,
        ),
        Identifier(
            "OPENSSH_PRIVATE_KEY",
            "Credentials",
            re.compile(r"-----BEGIN OPENSSH PRIVATE KEY-----"),
        ),
        Identifier(
            "PKCS",
            "Credentials",
            re.compile(r"-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----"),
        ),
        Identifier(
            "JSON_WEB_TOKEN",
            "Credentials",
            re.compile(r"\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]{10,}"),
        ),
        Identifier("CREDIT_CARD_NUMBER", "Financial", _CARD, _CARD_WORDS, card),
        Identifier(
            "USA_SOCIAL_SECURITY_NUMBER",
            "Personal",
            re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])|(?<!\d)\d{3} \d{2} \d{4}(?!\d)"),
            _SSN_WORDS,
            ssn,
        ),
        Identifier(
            "PHONE_NUMBER",
            "Personal",
            re.compile(
                r"(?<![\d-])(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])"
                r"[2-9]\d{2}[ .-]\d{4}(?![\d-])"
            ),
            _PHONE_WORDS,
            levels=((1, "MEDIUM"),),
        ),
        *(
            Identifier(
                f"{country}_BANK_ACCOUNT_NUMBER",
                "Financial",
                re.compile(
                    rf"\b{code}\d{{2}}(?:[ -]?[A-Z0-9]){{{_IBAN_LENGTHS[code] - 4}}}(?![A-Za-z0-9])"
                ),
                (),
                iban,
            )
            for code, country in _IBAN_COUNTRIES.items()
        ),
        # the same numbers without a word near them; not part of the recommended set
        Identifier("CREDIT_CARD_NUMBER_(NO_KEYWORD)", "Financial", _CARD, (), card),
    ]
}
#: what is looked for unless the caller chooses
RECOMMENDED = tuple(name for name in MANAGED if "NO_KEYWORD" not in name)


def custom(
    name: str,
    regex: str,
    keywords: Iterable[str] = (),
    maximumMatchDistance: int = 50,
    ignoreWords: Iterable[str] = (),
    severityLevels: Iterable[dict] = (),
) -> Identifier:
    """Return a custom data identifier; the arguments are CreateCustomDataIdentifier's.

    Raises ValueError for what Macie refuses: a pattern that is none or is longer than 512
    characters, more than 50 keywords or one of another length than 3 to 90, a distance outside 1
    to 300, thresholds that do not rise with the severity.
    """
    keywords, ignore = tuple(keywords), tuple(ignoreWords)
    levels = tuple((one["occurrencesThreshold"], one["severity"]) for one in severityLevels)
    if not 1 <= len(regex) <= 512:
        raise ValueError("the regular expression must have 1 to 512 characters")
    if len(keywords) > 50 or any(not 3 <= len(word) <= 90 for word in keywords):
        raise ValueError("at most 50 keywords of 3 to 90 characters")
    if not 1 <= maximumMatchDistance <= 300:
        raise ValueError("maximumMatchDistance must be 1 to 300 characters")
    order = sorted(levels, key=lambda one: SEVERITIES.index(one[1]))
    if len({level for _, level in levels}) < len(levels) or order != sorted(levels):
        raise ValueError("the thresholds of the severity levels must rise from LOW to HIGH")
    try:
        pattern = re.compile(regex)
    except re.error as problem:
        raise ValueError(f"the regular expression cannot be read: {problem}") from None
    return Identifier(
        name,
        "CustomIdentifier",
        pattern,
        keywords,
        distance=maximumMatchDistance,
        ignore=ignore,
        levels=tuple(order) or ((1, "MEDIUM"),),
    )


# --- looking --------------------------------------------------------------------------


def findings(objects, managed: Iterable[str] = RECOMMENDED, extra: Iterable[Identifier] = ()):
    """Return a Finding for each object that holds sensitive data, in the order of the objects.

    ``objects``: pairs of key and content (bytes). ``managed``: ids of MANAGED; ``extra``: custom
    identifiers. Raises KeyError for an id that the lab does not have.
    """
    wanted = [*(MANAGED[name] for name in managed), *extra]
    made = []
    for key, content in objects:
        pieces = list(_pieces(key, content))
        detections = [one for wish in wanted if (one := _detect(wish, pieces)) is not None]
        if detections:
            kinds = {one.category for one in detections}
            kind = kinds.pop() if len(kinds) == 1 else "Multiple"
            worst = max((one.severity for one in detections), key=SEVERITIES.index)
            made.append(Finding(key, f"SensitiveData:S3Object/{kind}", worst, tuple(detections)))
    return made


@dataclass(frozen=True)
class _Piece:
    """A text to search: a field (with the names above it) or a line of text (without)."""

    text: str
    place: dict
    names: str | None = None


def _detect(wish: Identifier, pieces: list[_Piece]) -> Detection | None:
    places = []
    for piece in pieces:
        for match in wish.pattern.finditer(piece.text):
            found = match.group()
            if any(word in found for word in wish.ignore) or not wish.accepts(found):
                continue
            if wish.keywords and not _near(wish, piece, match):
                continue
            place = dict(piece.place)
            if "line" in place:
                place |= {"start": match.start() + 1, "end": match.end()}
            places.append(place)
    severity = ""
    for occurrences, level in wish.levels:
        severity = level if len(places) >= occurrences else severity
    if not severity:
        return None
    return Detection(wish.id, wish.category, len(places), severity, tuple(places[:MOST_LOCATIONS]))


def _near(wish: Identifier, piece: _Piece, match) -> bool:
    """Tell whether a keyword stands near: before the end of the match, within the distance."""
    if piece.names is not None and any(_has(piece.names, word) for word in wish.keywords):
        return True
    if wish.category == "CustomIdentifier":  # from the keyword's end to the match's end
        before = piece.text[: match.end()]
        return any(
            match.end() - word.end() <= wish.distance
            for keyword in wish.keywords
            for word in re.finditer(re.escape(keyword), before, re.IGNORECASE)
        )
    around = piece.text[max(0, match.start() - wish.distance) : match.end() + wish.distance]
    return any(_has(around, word) for word in wish.keywords)


def _has(text: str, word: str) -> bool:
    """Tell whether a word is in a text; in names it may be joined as in ``card_number``."""
    spaced = re.sub(r"[_.\-]+", " ", re.sub(r"([a-z])([A-Z])", r"\1 \2", text))
    pattern = rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])"
    return any(re.search(pattern, form, re.IGNORECASE) for form in (text, spaced))


# --- reading --------------------------------------------------------------------------


def _pieces(key: str, content: bytes):
    """Yield the texts of an object with their places."""
    name = key.lower()
    if name.endswith(".gz"):
        name, content = name[:-3], gzip.decompress(content)
    if name.endswith(".parquet") or content[:4] == b"PAR1":
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(io.BytesIO(content))
        for row, record in enumerate(table.to_pylist()):
            yield from _fields(record, row)
        return
    text = content.decode("utf-8", "replace")
    if name.endswith((".json", ".jsonl", ".ndjson")):
        yield from _documents(text)
    elif name.endswith((".csv", ".tsv")):
        rows = csv.reader(io.StringIO(text), delimiter="\t" if name.endswith(".tsv") else ",")
        head = next(rows, [])
        for at, row in enumerate(rows, 1):
            for column, cell in zip(head, row, strict=False):
                yield _Piece(cell, {"column": column, "row": at}, column)
    else:
        for at, line in enumerate(text.splitlines(), 1):
            yield _Piece(line, {"line": at})


def _documents(text: str):
    """Yield the fields of a document, of an array of them, or of one document a line."""
    try:
        whole = json.loads(text)
        records = whole if isinstance(whole, list) else [whole]
    except ValueError:
        records = []
        for line in text.splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                records.append(line)
    for at, record in enumerate(records):
        yield from _fields(record, at)


def _fields(value, record: int, path: str = "$", names: str = ""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, record, f"{path}.{name}", f"{names} {name}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _fields(inner, record, f"{path}[{at}]", names)
    elif value is not None and not isinstance(value, bool):
        yield _Piece(str(value), {"jsonPath": path, "recordIndex": record}, names)
