"""The widget's own JavaScript and CSS on a blank page, with JupyterLab's themes and a fake model.

The page's data come from the Python widget, so both ends of the contract are the real ones. The
fake model has a kernel that can answer, keep silent, or be dead.
"""

import json
import sys
from pathlib import Path

from dealab.quiz import bank, widget

BANK = Path(__file__).parent / "bank"
PAGE = Path(__file__).parent / "page"
STATIC = Path(widget.__file__).parent / "static"
THEMES = {
    "light": ("theme-light-extension", "JupyterLab Light", "true"),
    "dark": ("theme-dark-extension", "JupyterLab Dark", "false"),
    "high contrast": (
        "theme-dark-high-contrast-extension",
        "JupyterLab Dark High Contrast",
        "false",
    ),
    "none": (None, "", ""),  # a static page: no theme, black on white
}
ADDRESS = "http://quiz.test/"


def state(*ids: str, store=None, seed=0, **changes) -> dict:
    """Return the state that the Python widget sends to the page."""
    made = widget.Quiz(bank.pick(*ids, folder=BANK), seed=seed, store=store)
    return made.get_state(["questions", "answers"]) | changes


def open_page(browser, theme="light", **options):
    """Return a new page of ``browser`` with the quiz's module loaded and nothing mounted."""
    folder, name, light = THEMES[theme]
    css = Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab", folder or "", "index.css")
    html = (PAGE / "page.html").read_text(encoding="utf-8")
    for mark, value in {
        "THEME_CSS": css.read_text(encoding="utf-8") if folder else "",
        "QUIZ_CSS": (STATIC / "quiz.css").read_text(encoding="utf-8"),
        "THEME_NAME": name,
        "THEME_LIGHT": light,
    }.items():
        html = html.replace(mark, value)
    files = {
        "": (html, "text/html"),
        "page.js": ((PAGE / "page.js").read_text(encoding="utf-8"), "text/javascript"),
        "quiz.js": ((STATIC / "quiz.js").read_text(encoding="utf-8"), "text/javascript"),
    }

    def answer(route):
        body, kind = files[route.request.url.removeprefix(ADDRESS)]
        route.fulfill(body=body, content_type=kind)

    page = browser.new_page(**options)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.route("**/*", answer)
    page.goto(ADDRESS)
    page.wait_for_function("window.ready")
    return page


def mount(page, *ids: str, name="quiz", place="one", **options) -> None:
    """Mount a quiz; in the page it is ``window.<name>`` with its model and close()."""
    data = json.dumps(state(*ids, **options))
    page.evaluate(f"window.{name} = mount({data}, {json.dumps(place)})")


def contrasts(page) -> list[dict]:
    """Return the contrast of everything visible: see page/contrast.js."""
    source = (PAGE / "contrast.js").read_text(encoding="utf-8")
    return page.evaluate(source.split("\n", 1)[1])
