import pytest

from dealab import explore
from dealab.explore.vector_search import COUNT, NEAREST, data, exact, hnsw, ivf


def test_the_exact_answer_is_exact():
    vectors, questions = data()
    assert vectors.shape[0] == COUNT
    far = ((vectors - questions[0]) ** 2).sum(axis=1)
    assert max(far[n] for n in exact()[0]) <= sorted(far)[NEAREST - 1]


def test_ivf_finds_all_when_it_probes_all_lists():
    assert ivf(20, 20) == (1.0, pytest.approx(1 + 20 / COUNT))


@pytest.mark.parametrize(("few", "many"), [(1, 4), (4, 16)])
def test_more_probes_find_more_and_compare_more(few, many):
    assert ivf(40, few)[0] < ivf(40, many)[0]
    assert ivf(40, few)[1] < ivf(40, many)[1]


@pytest.mark.parametrize(("narrow", "wide"), [(10, 40), (40, 160)])
def test_a_wider_search_finds_no_less_and_compares_more(narrow, wide):
    assert hnsw(8, narrow)[0] <= hnsw(8, wide)[0]
    assert hnsw(8, narrow)[1] < hnsw(8, wide)[1]


def test_at_the_same_work_the_graph_finds_more():
    recall, work = ivf(40, 4)
    assert hnsw(8, 20)[0] > recall
    assert hnsw(8, 20)[1] < work * 1.1


def test_the_words_follow_the_sliders():
    panel = explore.vector_search()
    first = panel.words
    panel.set(probes=40, ef=200)
    assert panel.words != first
    assert "IVF with 40 lists and 40 probes: 100%" in panel.words
    assert 'alt="Recall against' in panel.children[-1].value
