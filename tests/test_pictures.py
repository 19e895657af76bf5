"""Every plot says in words what it shows."""

import matplotlib.pyplot as plt
import pytest

from dealab import pictures


@pytest.fixture
def figure():
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    yield figure
    plt.close(figure)


def test_a_picture_has_alternative_text_and_a_caption(figure):
    page = pictures.as_html(figure, 'Two points, "rising"', "It rises.")
    assert 'alt="Two points, &quot;rising&quot;"' in page
    assert "<figcaption>It rises.</figcaption>" in page
    assert "data:image/png;base64," in page


def test_without_a_caption_the_alternative_text_stands_there(figure):
    assert "<figcaption>It rises</figcaption>" in pictures.as_html(figure, "It rises")


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_picture_without_words_is_refused(figure, alt):
    with pytest.raises(ValueError, match="needs alt"):
        pictures.as_html(figure, alt)


def test_show_closes_the_figure(figure, capsys):
    pictures.show(figure, "It rises")
    assert not plt.fignum_exists(figure.number)
