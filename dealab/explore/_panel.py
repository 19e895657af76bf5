"""The frame of an explorer: sliders on top, below them a picture with the numbers in words."""

import ipywidgets as widgets

from dealab import pictures

_LAYOUT = widgets.Layout(width="460px")
_STYLE = {"description_width": "210px"}


class Panel(widgets.VBox):
    """Sliders and a picture that follows them.

    ``draw(**values)`` returns ``(figure, alt, words)`` for the sliders' values; ``words`` is one or
    two sentences with the result. ``about`` is HTML with the model's formula and a link to its
    source.
    """

    def __init__(self, draw, controls: dict[str, widgets.Widget], about: str):
        self._draw = draw
        self._controls = controls
        self._about = about
        self._view = widgets.HTML()
        self.words = ""
        for control in controls.values():
            control.observe(self._refresh, names="value")
        self._refresh()
        super().__init__([*controls.values(), self._view])

    def set(self, **values) -> None:
        """Move sliders, as a reader would."""
        for name, value in values.items():
            self._controls[name].value = value

    def _refresh(self, _change=None) -> None:
        import matplotlib.pyplot as plt

        values = {name: control.value for name, control in self._controls.items()}
        figure, alt, self.words = self._draw(**values)
        # A live region: a screen reader says the new numbers when a slider has moved.
        self._view.value = (
            f'<div role="status">{pictures.as_html(figure, alt, self.words)}</div>{self._about}'
        )
        plt.close(figure)

    def _repr_mimebundle_(self, **kwargs):
        # A page without a kernel or without widgets still shows the result in words.
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = f"Run this cell to move the sliders. At the start: {self.words}"
        return bundle


def _slider(kind, label, value, low, high, step):
    """Return a slider that draws when it is let go, not on the way."""
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=label,
        continuous_update=False,
        layout=_LAYOUT,
        style=_STYLE,
    )


def integer(label: str, value: int, low: int, high: int, step: int = 1) -> widgets.IntSlider:
    """Return a slider over whole numbers; it draws when it is let go, not on the way."""
    return _slider(widgets.IntSlider, label, value, low, high, step)


def number(label: str, value: float, low: float, high: float, step: float) -> widgets.FloatSlider:
    """Return a slider over decimal numbers; it draws when it is let go, not on the way."""
    return _slider(widgets.FloatSlider, label, value, low, high, step)


def choice(label: str, options: list, value=None) -> widgets.Dropdown:
    """Return a drop-down list that starts with ``value``, or with the first option."""
    value = options[0] if value is None else value
    return widgets.Dropdown(
        options=options, value=value, description=label, layout=_LAYOUT, style=_STYLE
    )
