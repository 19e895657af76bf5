"""Does the sampling model know how far a sample may be off?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.sampling_error")


def test_the_documented_formula():
    # sqrt(0.5 * 0.5 / 1000) * 1.96, in a table so large that the correction is 1
    assert module.margin(0.5, 1000, 10**9) == pytest.approx(0.03099, abs=1e-5)


def test_four_times_the_rows_halve_the_error():
    small, large = (module.margin(0.02, n, 10**9) for n in (100, 400))
    assert small / large == pytest.approx(2, rel=1e-4)


def test_a_whole_table_has_no_error():
    assert module.margin(0.3, 500, 500) == 0
    assert set(module.shares(0.3, 50, 50)) == {0.3}


@pytest.mark.parametrize("sample", [0, 11])
def test_a_sample_must_fit(sample):
    with pytest.raises(ValueError, match="1 to 10 rows"):
        module.margin(0.5, sample, 10)


@pytest.mark.parametrize("sample", [100, 400, 2000])
def test_about_95_of_100_samples_lie_inside(sample):
    found = module.shares(0.2, sample, 20_000, samples=1000)
    inside = sum(abs(one - 0.2) <= module.margin(0.2, sample, 20_000) for one in found)
    assert 915 <= inside <= 980


def test_the_panel_says_the_error_in_words():
    panel = module.sampling_error(20_000, 0.02)
    assert "300 samples of 100 rows" in panel.words
    panel.set(sample=10_000)
    assert "10,000 rows" in panel.words
