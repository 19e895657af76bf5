"""The widget's own JavaScript and CSS on a blank page, with JupyterLab's themes and a fake model.

The page's data come from the Python widget, so both ends of the contract are the real ones. The
fake model has a kernel that can answer, keep silent, or be dead.
"""

import json
import sys
from pathlib import Path

from dealab.quiz import bank, widget

BANK = Path(__file__).parent / "bank"
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

# What a browser would put round the widget: Lab's own names for the places.
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Quiz</title>
<meta name="viewport" content="width=device-width">
<style>{theme}</style><style>{style}</style>
<style>body {{ margin: 0; padding: 8px; background: var(--jp-layout-color0, #fff); }}</style></head>
<body data-jp-theme-name="{name}" data-jp-theme-light="{light}">
<main class="jp-Notebook jp-mod-commandMode"><h1 style="font-size: 0">Lesson</h1>
<div id="one"></div><div id="two"></div></main>
<script type="module">
import quiz from "./quiz.js";

class Model {{
  constructor(state) {{
    this.state = state;
    this.handlers = {{}};
    this.sent = [];
    this.saves = 0;
    this.kernel = "alive"; // or "silent", "dead"
  }}
  get(name) {{ return this.state[name]; }}
  set(name, value) {{ this.state[name] = value; this.fire(`change:${{name}}`); }}
  on(name, handler) {{ (this.handlers[name] ??= new Set()).add(handler); }}
  off(name, handler) {{ this.handlers[name]?.delete(handler); }}
  fire(name, value) {{ for (const handler of this.handlers[name] ?? []) handler(value); }}
  save_changes() {{ if (this.kernel === "dead") throw new Error("Kernel is dead"); this.saves += 1; }}
  send(message) {{
    if (this.kernel === "dead") throw new Error("Kernel is dead");
    this.sent.push(message);
    if (this.kernel === "silent") return;
    this.answer(message, true, "");
  }}
  answer(message, kept, note) {{
    const {{ question, attempt }} = message;
    this.fire("msg:custom", {{ kind: "kept", question, attempt, kept, note }});
  }}
}}

window.leaked = []; // keys that reached the page behind the quiz
document.addEventListener("keydown", (event) => window.leaked.push(event.key));
window.mount = (state, place = "one") => {{
  const model = new Model(structuredClone(state));
  return {{ model, ...window.view(model, place) }};
}};
window.view = (model, place) => ({{ close: quiz.render({{ model, el: document.getElementById(place) }}) }});
window.ready = true;
</script></body></html>"""


def state(*ids: str, store=None, seed=0, **changes) -> dict:
    """Return the state that the Python widget sends to the page."""
    made = widget.Quiz(bank.pick(*ids, folder=BANK), seed=seed, store=store)
    return made.get_state(["questions", "answers"]) | changes


def open_page(browser, theme="light", **options):
    """Return a new page of ``browser`` with the quiz's module loaded and nothing mounted."""
    folder, name, light = THEMES[theme]
    css = Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab", folder or "", "index.css")
    values = {
        "theme": css.read_text(encoding="utf-8") if folder else "",
        "style": (STATIC / "quiz.css").read_text(encoding="utf-8"),
        "name": name,
        "light": light,
    }
    module = (STATIC / "quiz.js").read_text(encoding="utf-8")

    def answer(route):
        if route.request.url == ADDRESS:
            route.fulfill(body=_PAGE.format(**values), content_type="text/html")
        elif route.request.url.endswith("/quiz.js"):
            route.fulfill(body=module, content_type="text/javascript")
        else:
            route.abort()

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


CONTRASTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parse = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const found = [];
  const note = (what, element, color, background) =>
    found.push({ what, where: element.className.baseVal ?? (element.className || element.tagName), ratio: ratio(over(parse(color), background), background) });
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.tagName === "H1") continue;
    note("text", element, getComputedStyle(element).color, ground(element));
  }
  for (const svg of document.querySelectorAll(".dq-verdict svg")) {
    if (svg.checkVisibility()) note("sign", svg.parentElement, getComputedStyle(svg).stroke, ground(svg.parentElement));
  }
  for (const option of document.querySelectorAll(".dq-right, .dq-wrong, .dq-option:has(input:checked)")) {
    note("line", option, getComputedStyle(option).borderLeftColor, ground(option.parentElement));
  }
  return found;
}"""
