import shutil

import pytest

from dealab import paths, services

PAGE = """
summary: It queries files.
choose: [The data is in S3.]
avoid: [{when: Milliseconds count., instead: DynamoDB}]
asked: [A limit.]
cost: Bytes.
security: IAM.
confused: [{with: Amazon Redshift, difference: It is a warehouse.}]
skills: ['3.1.7']
sections: [query]
"""


@pytest.fixture
def content(tmp_path):
    (tmp_path / "services").mkdir()
    shutil.copy(paths.content() / "guide.yaml", tmp_path)

    def write(text=PAGE, name="amazon-athena"):
        (tmp_path / "services" / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


def test_a_page_knows_its_service(content):
    [page] = services.load(content()).values()
    assert (page.slug, page.service.name) == ("amazon-athena", "Amazon Athena")
    assert page.avoid == (("Milliseconds count.", "DynamoDB"),)
    assert page.confused == (("Amazon Redshift", "It is a warehouse."),)
    assert (page.changed, page.not_here) == ((), "")


def test_pages_stand_in_the_order_of_the_guide(content):
    content(name="amazon-s3")
    assert list(services.load(content())) == ["amazon-athena", "amazon-s3"]


def test_a_file_without_a_service_is_refused(content):
    with pytest.raises(services.ServiceError, match=r"athena\.yaml: no service"):
        services.load(content(name="athena"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("cost: Bytes.\n", "", "has no cost"),
        ("sections: [query]", "sections: []", "needs sections, or not_here"),
        ("sections: [query]", "sections: [query]\nnot_here: No.", "needs sections, or not_here"),
        ("asked: [A limit.]", "asked: []", "asked is empty"),
        ("instead: DynamoDB", "take: DynamoDB", "has no instead"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(content, old, new, says):
    assert old in PAGE
    with pytest.raises(services.ServiceError, match=rf"amazon-athena\.yaml: {says}"):
        services.load(content(PAGE.replace(old, new)))


def test_a_course_without_pages_has_none(tmp_path):
    assert services.load(tmp_path) == {}
