"""Right or wrong, and the order of options."""

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from dealab.quiz import bank
from dealab.quiz.scoring import order, score

BANK = Path(__file__).parent / "bank"


@pytest.fixture(scope="module")
def questions():
    return bank.load(BANK)


@pytest.mark.parametrize("id", ["1.1-q01", "1.1-q02", "1.1-q03"])
def test_only_exactly_the_right_options_score(questions, id):
    question = questions[id]
    keys = [option.key for option in question.options]
    right = {option.key for option in question.options if option.correct}
    for count in range(len(keys) + 1):
        for chosen in itertools.combinations(keys, count):
            assert score(question, chosen) is (set(chosen) == right)


def test_order_of_choosing_and_repetition_do_not_matter(questions):
    assert score(questions["1.1-q02"], ["b", "a", "b"])


def test_an_option_that_does_not_exist_is_the_callers_mistake(questions):
    with pytest.raises(ValueError, match=r"1\.1-q01 has no option 'z'"):
        score(questions["1.1-q01"], ["a", "z"])


def test_order_is_the_same_everywhere_and_forever(questions):
    # Written down once: a change of this order changes what every learner sees.
    assert order(questions["1.1-q03"]) == ("e", "a", "b", "f", "c", "d")
    assert order(questions["1.1-q03"], seed=7) == order(questions["1.1-q03"], seed="7")


def test_every_seed_and_attempt_shuffles_all_options(questions):
    question = questions["1.1-q03"]
    seen = {order(question, seed, attempt) for seed in range(20) for attempt in range(4)}
    assert len(seen) > 60
    assert all(sorted(keys) == list("abcdef") for keys in seen)


def test_right_letter_is_balanced_over_a_bank(questions):
    question = questions["1.1-q01"]
    places = Counter(
        order(replace(question, id=f"1.1-q{number:03}")).index("a") for number in range(1000)
    )
    # 250 each; four standard deviations are 55
    assert all(195 <= places[place] <= 305 for place in range(4))
