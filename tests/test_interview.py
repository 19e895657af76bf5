from textwrap import dedent

import pytest

from dealab import interview

ANSWER = """
- id: amazon-s3-1
  question: What is a bucket?
  short: A container.
  deeper: With a policy.
  follow_up: {question: "And a folder?", answer: A prefix.}
  avoid:
  - {say: It is a disk., because: It is none.}
  skills: ['2.1.1']
  sections: [buckets]
"""


@pytest.fixture
def content(tmp_path):
    (tmp_path / "interview").mkdir()

    def write(text=ANSWER, name="s3.yaml"):
        lines = f"title: Amazon S3\nanswers:\n{dedent(text).strip()}\n"
        (tmp_path / "interview" / name).write_text(lines)
        return tmp_path

    return write


def test_an_answer_is_read_whole(content):
    [answer] = interview.load(content()).values()
    assert (answer.id, answer.title, answer.file) == ("amazon-s3-1", "Amazon S3", "s3.yaml")
    assert answer.follow_up == ("And a folder?", "A prefix.")
    assert answer.avoid == (("It is a disk.", "It is none."),)
    assert (answer.skills, answer.sections) == (("2.1.1",), ("buckets",))


def test_an_id_stands_once(content):
    content()
    with pytest.raises(interview.InterviewError, match=r"also in a\.yaml"):
        interview.load(content(name="a.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  deeper: With a policy.\n", "", "has no deeper"),
        ("sections: [buckets]", "sections: []", "sections is empty"),
        ("short: A container.", "short: 3", "short must be a str"),
        ("because: It is none.", "why: It is none.", "has no because"),
        ("answer: A prefix.", "reply: A prefix.", "has no answer"),
        ("skills:", "tags: [x]\n  skills:", "does not know 'tags'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content, old, new, says):
    assert old in ANSWER
    with pytest.raises(interview.InterviewError, match=rf"s3\.yaml: amazon-s3-1: {says}"):
        interview.load(content(ANSWER.replace(old, new)))


def test_topics_are_counted_and_named(content):
    folder = content() / "interview"
    text = "questions: {amazon-s3: 2, aws-glue: 1}\ntools: [Amazon S3, AWS Glue]\n"
    (folder / "topics.yaml").write_text(text)
    assert interview.topics(folder.parent) == interview.Topics(
        ("amazon-s3-1", "amazon-s3-2", "aws-glue-1"), ("tool-amazon-s3", "tool-aws-glue")
    )
    assert list(interview.load(folder.parent)) == ["amazon-s3-1"]


def test_the_course_lists_139_questions_and_18_tools():
    topics = interview.topics()
    assert (len(set(topics.questions)), len(set(topics.tools))) == (139, 18)
    assert set(interview.load()) <= {*topics.questions, *topics.tools}
