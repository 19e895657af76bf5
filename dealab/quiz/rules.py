"""What makes a question good, as far as a program can tell. Each rule yields notes with lines."""

import datetime
import difflib
import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from dealab.quiz import markup
from dealab.quiz.blocks import Note
from dealab.quiz.question import CHOICE, RESPONSE, SELECT, Question
from dealab.quiz.reading import Entry

# The page that decides a dispute: AWS itself, or the project that makes the open-source software or
# the standard. No vendor of a hosted version, no forum, no blog of a third party.
OFFICIAL_HOSTS = frozenset(
    {
        "docs.aws.amazon.com",
        "aws.amazon.com",
        "d1.awsstatic.com",
        "boto3.amazonaws.com",
        "airflow.apache.org",
        "avro.apache.org",
        "datatracker.ietf.org",
        "delta.io",
        "docs.opensearch.org",
        "docs.python.org",
        "flink.apache.org",
        "hadoop.apache.org",
        "hbase.apache.org",
        "hive.apache.org",
        "hudi.apache.org",
        "iceberg.apache.org",
        "json-schema.org",
        "kafka.apache.org",
        "kubernetes.io",
        "openlineage.io",
        "orc.apache.org",
        "pandas.pydata.org",
        "parquet.apache.org",
        "prestodb.io",
        "spark.apache.org",
        "trino.io",
        "www.postgresql.org",
        "www.rfc-editor.org",
    }
)

# People pick the longest option when they don't know; with four options, chance would be 25%.
LONGEST_SHARE = 0.35

_CATCH_ALL = re.compile(
    r"\b(all|none|both|neither|any|each) of (the )?"
    r"(above|below|following|these|those|(other )?(options|answers|choices))\b",
    re.IGNORECASE,
)
# Options are shuffled, so a letter or a place names none of them.
_PLACE = re.compile(
    r"\b[Oo]ptions? (?:[A-H](?!['\u2019\w])|above|below)"
    r"|\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Ll]ast) option\b"
)
_SELECT = re.compile(r"\(\s*(?:select|choose|pick)\b[^)]*\)", re.IGNORECASE)


def check(entry: Entry, known: Collection[str] | None, today: datetime.date) -> Iterator[Note]:
    """Yield what is wrong with one question.

    ``known`` holds the ids that ``skills`` may name (None: not checked); ``today`` is the last day
    that ``checked`` may name.
    """
    yield from _skills(entry, known)
    yield from _stem(entry)
    yield from _options(entry)
    yield from _texts(entry)
    yield from _sources(entry)
    block, checked = entry.block, entry.question.checked
    if checked > today:
        message = f"{checked} is in the future; write the day on which you read the sources"
        yield block.named(block.line("checked"), message)


def _skills(entry: Entry, known: Collection[str] | None) -> Iterator[Note]:
    block, task = entry.block, entry.question.task
    seen = set()
    for text, line in block.texts("skills"):
        if text in seen:
            yield block.named(line, f"skill {text} is listed twice; remove one")
        seen.add(text)
        if known is not None and text not in known:
            near = difflib.get_close_matches(text, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield block.named(line, f"the exam guide has no skill or statement {text}{hint}")
    if not any(text.startswith(f"{task}.") for text in seen):
        message = f"name at least one skill of task {task}, or move the question"
        yield block.named(block.line("skills"), message)


def _stem(entry: Entry) -> Iterator[Note]:
    question, block = entry.question, entry.block
    asked = _SELECT.findall(question.stem)
    message = ""
    if question.kind == CHOICE and asked:
        message = f"multiple choice has one answer; remove '{asked[0]}'"
    if question.kind == RESPONSE:
        wanted = SELECT[len(question.right)]
        if not question.stem.endswith(wanted):
            message = f"{len(question.right)} options are right: end the stem with '{wanted}'"
        elif len(asked) > 1:
            message = "the stem says more than once how many to select; keep the last"
    if message:
        yield block.named(block.line("stem"), message)


def _options(entry: Entry) -> Iterator[Note]:
    question, block = entry.question, entry.block
    count = len(question.options)
    if question.kind == CHOICE and count != 4:
        message = f"multiple choice has exactly 4 options; here are {count}"
        yield block.named(block.line("options"), message)
    if question.kind == RESPONSE and count < 5:
        message = f"multiple response has 5 options or more; here are {count}"
        yield block.named(block.line("options"), message)
    seen: dict[str, int] = {}
    for number, (option, part) in enumerate(zip(question.options, entry.options, strict=True), 1):
        bare = " ".join(re.findall(r"\w+", markup.plain(option.text).casefold()))
        if bare in seen:
            message = f"says the same as option {seen[bare]}; change one of them"
            yield part.named(part.line("text"), message)
        seen.setdefault(bare, number)
        match = _CATCH_ALL.search(option.text)
        if match:
            message = f"no '{match.group()}': options are shuffled; say what it is"
            yield part.named(part.line("text"), message)


def _texts(entry: Entry) -> Iterator[Note]:
    question = entry.question
    texts = [(entry.block, "stem", question.stem), (entry.block, "hint", question.hint)]
    for option, part in zip(question.options, entry.options, strict=True):
        texts += [(part, "text", option.text), (part, "why", option.why)]
    for part, key, text in texts:
        mark = markup.unclosed(text)
        if mark:
            message = f"a {mark} in '{key}' is opened and not closed; close it or remove it"
            yield part.named(part.line(key), message)
        match = _PLACE.search(markup.plain(text))
        if match:
            message = f"'{match.group()}' names none: options are shuffled; say which in words"
            yield part.named(part.line(key), message)


def _sources(entry: Entry) -> Iterator[Note]:
    block = entry.block
    seen = set()
    for text, line in block.texts("sources"):
        if text in seen:
            yield block.named(line, f"{text} is listed twice; remove one")
        seen.add(text)
        try:
            address = urlsplit(text)
        except ValueError:
            address = urlsplit("")
        if address.scheme != "https" or not address.path.strip("/") or re.search(r"\s", text):
            yield block.named(line, f"'{text}' must be the full https:// address of a page")
        elif address.netloc not in OFFICIAL_HOSTS:
            yield block.named(
                line,
                f"{address.netloc} is not on the list of official hosts (OFFICIAL_HOSTS in "
                "dealab/quiz/rules.py); cite AWS or the project itself",
            )


def check_all(questions: list[Question]) -> Iterator[Note]:
    """Yield what is wrong with the bank as a whole."""
    yield from _repeated(questions)
    yield from _longest(questions)


def _repeated(questions: list[Question]) -> Iterator[Note]:
    seen: dict[str, str] = {}
    for question in questions:
        bare = " ".join(markup.plain(question.stem).casefold().split())
        if bare in seen:
            message = f"{question.id}: has the stem of {seen[bare]}; write another or remove one"
            yield Note(question.file, question.line, message)
        seen.setdefault(bare, question.id)


def _longest(questions: list[Question]) -> Iterator[Note]:
    """Note it when picking the longest option is a good guess; one such question is always fine."""
    choices = [question for question in questions if question.kind == CHOICE]
    leads = {question: _lead(question) for question in choices}
    giving = sorted((q for q in choices if leads[q] > 0), key=leads.get, reverse=True)
    if len(giving) <= max(1, LONGEST_SHARE * len(choices)):
        return
    named = ", ".join(f"{question.id} (by {leads[question]})" for question in giving[:8])
    yield Note(
        giving[0].file,
        giving[0].line,
        f"the right option is the longest in {len(giving)} of {len(choices)} multiple-choice "
        f"questions ({len(giving) / len(choices):.0%}; at most {LONGEST_SHARE:.0%} may be): "
        f"shorten it or lengthen another option in some of {named}",
    )


def _lead(question: Question) -> int:
    """Return by how many characters the right option is longer than every other one."""
    lengths = {option.key: len(markup.plain(option.text)) for option in question.options}
    right = max(lengths[key] for key in question.right)
    return right - max(length for key, length in lengths.items() if key not in question.right)
