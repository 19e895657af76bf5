"""Does the reader of statements take what it should, and refuse what nobody read?"""

import pytest

from dealab.sql import ServiceError
from dealab.sql.athena import statements as athena
from dealab.sql.reading import leading_words
from dealab.sql.redshift import statements as redshift


def test_words_match_without_case_and_never_quoted_names():
    reader = redshift.read('create TABLE "table" (a int)')
    reader.expect("CREATE", "TABLE")
    assert not reader.sees("TABLE")
    assert reader.identifier() == "table"


def test_names_of_one_or_more_parts():
    reader = redshift.read('Dev."My Schema".T')
    assert reader.qualified() == ["dev", "my schema", "t"]
    reader.end()


def test_hive_grammar_has_backquotes_and_two_kinds_of_text():
    reader = athena.read("TBLPROPERTIES ('a'=\"b\", `x`)", hive=True)
    reader.expect("TBLPROPERTIES", "(")
    assert reader.string() == "a"
    reader.expect("=")
    assert reader.string() == "b"
    reader.expect(",")
    assert reader.identifier() == "x"


def test_what_is_left_is_a_syntax_error_at_its_place():
    reader = redshift.read("VACUUM orders\n  SLOWLY")
    reader.expect("VACUUM")
    reader.qualified()
    with pytest.raises(ServiceError) as caught:
        reader.end()
    assert caught.value.line == 2
    assert caught.value.column == 3
    assert 'at or near "SLOWLY"' in str(caught.value)


def test_parentheses_and_words_outside_them():
    reader = redshift.read("(a, (b, c)) AS x FROM t")
    inside = reader.parenthesized()
    assert inside.rest().startswith("a")
    assert inside.identifier() == "a"
    reader.expect("AS")
    taken = reader.until("FROM")
    assert [token.text for token in taken.tokens] == ["x"]
    assert reader.sees("FROM", "T")


def test_unclosed_parenthesis_is_a_syntax_error():
    reader = redshift.read("(a, b")
    with pytest.raises(ServiceError):
        reader.parenthesized()


def test_numbers_and_signs():
    reader = redshift.read("-12 7 'x'")
    assert reader.integer() == -12
    assert reader.integer() == 7
    with pytest.raises(ServiceError):
        reader.integer()


def test_expression_must_be_whole():
    reader = redshift.read("a + 1 b")
    with pytest.raises(ServiceError):
        reader.expression()
    assert redshift.read("a + 1").expression() is not None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("-- note\n  SELECT 1", ["SELECT"]),
        ("/* a\n b */ create  external\n table x", ["CREATE", "EXTERNAL", "TABLE", "X"]),
        ("(SELECT 1)", ["(", "SELECT"]),
        ("", []),
        ("123", []),
    ],
)
def test_leading_words(sql, words):
    assert leading_words(sql)[: len(words)] == words
    assert bool(leading_words(sql)) == bool(words)


def test_a_script_is_split_at_semicolons_outside_text():
    from dealab.sql import Redshift

    split = Redshift.split(None, "SELECT ';'; -- a;b\nCALL p();\n$$ x; y $$;;")
    assert split == ["SELECT ';'", "-- a;b\nCALL p()", "$$ x; y $$"]
