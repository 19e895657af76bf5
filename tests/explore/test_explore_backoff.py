import random

import pytest

from dealab import explore
from dealab.explore.backoff import STRATEGIES, delay, simulate


def test_exponential_waits_double_up_to_the_cap():
    rng = random.Random(1)
    waits = [delay("exponential", retry, 0.5, 20, rng) for retry in range(7)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 20]


def test_jitter_stays_between_zero_and_the_exponential_wait():
    rng = random.Random(1)
    waits = [delay("exponential with jitter", 3, 0.5, 20, rng) for _ in range(500)]
    assert 0 <= min(waits) < 0.5
    assert 3.5 < max(waits) < 4


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_client_is_served_once_or_gives_up(strategy):
    run = simulate(100, per_second=50, strategy=strategy)
    assert sum(run.served) + run.gave_up == 100
    assert max(run.served) <= 5
    assert all(served <= sent for served, sent in zip(run.served, run.sent, strict=True))


def test_jitter_needs_far_fewer_requests_and_serves_everybody():
    runs = {s: simulate(200, per_second=50, strategy=s) for s in STRATEGIES}
    assert runs["exponential with jitter"].gave_up == 0
    assert runs["exponential with jitter"].requests < runs["exponential"].requests / 2
    assert runs["exponential"].gave_up > 0


def test_waiting_without_jitter_keeps_the_clients_together():
    run = simulate(100, per_second=50, strategy="exponential", attempts=3)
    assert [sent for sent in run.sent if sent] == [100, 95, 90]


def test_one_attempt_means_no_retry():
    run = simulate(100, per_second=50, strategy="at once", attempts=1)
    assert run.requests == 100
    assert run.gave_up == 95


def test_the_same_seed_gives_the_same_run():
    assert simulate(50, 50, "exponential with jitter") == simulate(
        50, 50, "exponential with jitter"
    )


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="strategy is one of"):
        simulate(10, 10, "sometimes")


def test_the_words_name_the_clients_that_gave_up():
    assert "clients gave up" in explore.backoff().words
