"""Sensitive data as Macie describes it.

https://docs.aws.amazon.com/macie/latest/user/mdis-reference-financial.html
https://docs.aws.amazon.com/macie/latest/user/managed-data-identifiers-keywords.html
"""

import gzip
import io
import json

import pytest

from dealab.models import pii

CARD = "4539 1488 0343 6467"  # Luhn holds, not one of the issuers' test numbers
SSN = "536-90-4399"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def found(name, content, **more):
    """Return {identifier: Detection} of one object."""
    body = content if isinstance(content, bytes) else content.encode()
    listed = pii.findings([(name, body)], **more)
    return {one.identifier: one for finding in listed for one in finding.detections}


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("79927398713", True),  # the usual example of the Luhn formula
        ("79927398710", False),
        ("4539148803436467", True),
        ("4539148803436468", False),
    ],
)
def test_luhn(number, right):
    assert pii.luhn(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("GB82 WEST 1234 5698 7654 32", True),  # ISO 13616's examples
        ("GB82 WEST 1234 5698 7654 33", False),
        ("DE89370400440532013000", True),
        ("DE88370400440532013000", False),
    ],
)
def test_iban(number, right):
    assert pii.iban(number) is right


@pytest.mark.proves("Macie", "Card numbers: prefix, Luhn, and no test numbers", kind="model")
@pytest.mark.parametrize(
    ("number", "seen"),
    [
        (CARD, True),
        ("4539-1488-0343-6467", True),
        ("4539148803436468", False),  # the check digit is wrong
        ("4111111111111111", False),  # reserved for tests
        ("9539148803436460", False),  # no issuer
        ("1234567", False),
    ],
)
def test_cards(number, seen):
    assert ("CREDIT_CARD_NUMBER" in found("a.txt", f"credit card {number} ok")) is seen


@pytest.mark.proves("Macie", "A keyword must be near: 30 characters, or in the name", kind="model")
def test_keywords():
    assert "USA_SOCIAL_SECURITY_NUMBER" in found("a.txt", f"his SSN is {SSN}")
    assert found("a.txt", f"number {SSN}") == {}
    assert found("a.txt", f"SSN {'.' * 40} {SSN}") == {}
    assert found("a.txt", f"ssn\n{SSN}") == {}  # on another line
    assert "USA_SOCIAL_SECURITY_NUMBER" in found("a.csv", f"name,SSN\nAda,{SSN}\n")
    assert found("a.csv", f"ssn,number\nx,{SSN}\n") == {}  # the name of another column
    record = {"customer": {"socialSecurity": {"value": SSN}}}
    assert "USA_SOCIAL_SECURITY_NUMBER" in found("a.json", json.dumps(record))
    assert "CREDIT_CARD_NUMBER" in found("a.csv", f"card_number\n{CARD}\n")
    loose = found("a.txt", CARD, managed=["CREDIT_CARD_NUMBER_(NO_KEYWORD)"])
    assert "CREDIT_CARD_NUMBER_(NO_KEYWORD)" in loose


@pytest.mark.parametrize("number", ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567"])
def test_numbers_that_are_never_given_out(number):
    assert found("a.txt", f"ssn {number}") == {}


@pytest.mark.proves("Macie", "Where it was found: cells, records, lines; 15 at most", kind="model")
def test_locations():
    table = "id,ssn\n" + "".join(f"{n},536-90-43{n:02}\n" for n in range(1, 41))
    one = found("a.csv", table)["USA_SOCIAL_SECURITY_NUMBER"]
    assert one.count == 40
    assert len(one.locations) == 15
    assert one.locations[0] == {"column": "ssn", "row": 1}
    lines = json.dumps({"x": 1}) + "\n" + json.dumps({"pay": [{"iban": "DE89370400440532013000"}]})
    [one] = found("a.jsonl", lines).values()
    assert one.identifier == "GERMANY_BANK_ACCOUNT_NUMBER"
    assert one.locations == ({"jsonPath": "$.pay[0].iban", "recordIndex": 1},)
    [one] = found("a.txt", f"x\nssn: {SSN}").values()
    assert one.locations == ({"line": 2, "start": 6, "end": 16},)


@pytest.mark.proves("Macie", "A finding's type and severity", kind="model")
def test_findings():
    [finding] = pii.findings([("a.txt", f"aws_secret_access_key = {SECRET}".encode())])
    assert (finding.type, finding.severity) == ("SensitiveData:S3Object/Credentials", "HIGH")
    both = f"ssn,phone\n{SSN},206-555-0168\n".encode()
    [finding] = pii.findings([("b.csv", both), ("c.txt", b"nothing here")])
    assert finding.type == "SensitiveData:S3Object/Personal"
    money = f"ssn,card number\n{SSN},{CARD}\n".encode()
    [finding] = pii.findings([("d.csv", money)])
    assert finding.type == "SensitiveData:S3Object/Multiple"


def test_parquet_and_gzip_are_read():
    import pyarrow
    import pyarrow.parquet

    packed = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"ssn": [SSN, None], "n": [1, 2]}), packed)
    [one] = found("a.parquet", packed.getvalue()).values()
    assert one.locations == ({"jsonPath": "$.ssn", "recordIndex": 0},)
    assert found("a.csv.gz", gzip.compress(f"ssn\n{SSN}\n".encode()))


@pytest.mark.proves(
    "Macie", "Custom identifiers: pattern, keywords, distance, levels", kind="model"
)
def test_custom_identifiers():
    mail = pii.custom("email", r"[\w.]+@[\w.]+", ignoreWords=["example.com"])
    [one] = found("a.txt", "ada@fernway.shop, bob@example.com", extra=[mail]).values()
    assert (one.identifier, one.category, one.count) == ("email", "CustomIdentifier", 1)
    assert one.severity == "MEDIUM"
    near = pii.custom("order", r"\d{6}", keywords=["order"], maximumMatchDistance=10)
    assert found("a.txt", "Order 123456", extra=[near])["order"].count == 1
    assert found("a.txt", "order is now 123456", extra=[near]) == {}
    levels = [
        {"occurrencesThreshold": 2, "severity": "LOW"},
        {"occurrencesThreshold": 3, "severity": "HIGH"},
    ]
    stepped = pii.custom("code", "[A-Z]{3}", severityLevels=levels)
    assert found("a.txt", "ABC", extra=[stepped]) == {}
    assert found("a.txt", "ABC DEF", extra=[stepped])["code"].severity == "LOW"
    assert found("a.txt", "ABC DEF GHI", extra=[stepped])["code"].severity == "HIGH"


@pytest.mark.parametrize(
    "wrong",
    [
        {"regex": "("},
        {"regex": "x" * 513},
        {"regex": "x", "keywords": ["ab"]},
        {"regex": "x", "maximumMatchDistance": 301},
        {
            "regex": "x",
            "severityLevels": [
                {"occurrencesThreshold": 5, "severity": "LOW"},
                {"occurrencesThreshold": 1, "severity": "HIGH"},
            ],
        },
    ],
)
def test_a_wrong_custom_identifier_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        pii.custom("x", **wrong)
