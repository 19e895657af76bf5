"""The course in a real JupyterLab: what a learner sees, and the keys that a learner presses."""

import time

import pytest

from dealab.progress import Store

NOTEBOOK = "notebooks/01-ingestion-and-transformation.ipynb"

# Resolves with the open notebook's panel once its session is ready and the kernel has said what it
# is. The idle indicator is no sign of that: it also shows before the kernel has started.
READY = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""
RUN_ALL = """async () => {
  await window.jupyterapp.commands.execute("notebook:run-all-cells");
  const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
  const meant = (cell) => (cell.getMetadata("tags") ?? []).includes("raises-exception");
  return cells.filter((cell) => cell.outputs && !meant(cell))
    .flatMap((cell) => cell.outputs.toJSON())
    .filter((output) => output.output_type === "error")
    .map((output) => `${output.ename}: ${output.evalue}`);
}"""
# Scrolls to the first quiz: Lab draws only what is near the visible part of a long notebook.
SHOW_QUIZ = """async () => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const shows = (cell) => /^quiz\\(/m.test(cell.model.sharedModel.source);
  const index = notebook.widgets.findIndex(shows);
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, "start");
}"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
# Without its kernel a page has nothing but the file to draw the quiz from.
SAVE_AND_STOP = """async () => {
  await window.jupyterapp.commands.execute("docmanager:save");
  await window.jupyterapp.shell.currentWidget.sessionContext.shutdown();
}"""
FOCUSED = "element => element === document.activeElement"


@pytest.fixture
def page(chromium, lab, tmp_path):
    """A page in Chromium. After a failure its picture stays; the message says where."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(180_000)  # two cores, and another test on one of them
    yield page
    page.screenshot(path=tmp_path / "page.png")
    print(f"what the page looked like at the end: {tmp_path / 'page.png'}")
    page.close()


def open_notebook(page, lab, notebook: str) -> None:
    page.goto(lab.url(f"/lab/tree/{notebook}"))
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext")
    page.evaluate(READY)


def wait_for(look, seconds: float = 15):
    """Return the first result of ``look()`` that is not empty, or the last empty one."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_lab_has_the_settings_of_the_course(lab):
    """Are widgets kept in saved notebooks, and are news and update checks off?"""
    settings = {one["id"]: one for one in lab.get("/lab/api/settings")["settings"]}

    def default(plugin, name):
        return settings[plugin]["schema"]["properties"][name]["default"]

    assert default("@jupyter-widgets/jupyterlab-manager:plugin", "saveState") is True
    assert default("@jupyterlab/apputils-extension:notification", "fetchNews") == "false"
    assert default("@jupyterlab/apputils-extension:notification", "checkForUpdates") is False


@pytest.mark.browser
def test_learner_answers_a_quiz_by_keyboard(lab, page):
    open_notebook(page, lab, NOTEBOOK)
    assert page.evaluate(RUN_ALL) == []
    page.evaluate(SHOW_QUIZ)
    question = page.locator(".dq-question:has(input[type=radio])").first
    radios = question.locator("input[type=radio]")
    radios.first.wait_for()
    cells = page.evaluate(CELLS)

    # Into the question with Tab, and on with the arrow keys: the next radio is chosen.
    question.evaluate("element => { element.tabIndex = -1; element.focus(); }")
    page.keyboard.press("Tab")
    assert radios.first.evaluate(FOCUSED)
    page.keyboard.press("ArrowDown")
    assert radios.nth(1).evaluate(FOCUSED)
    assert radios.nth(1).is_checked()

    # In a cell's output these letters are Lab's own shortcuts: cut, insert above, insert below.
    for key in "xab":
        page.keyboard.press(key)
        assert page.evaluate(CELLS) == cells, f"{key} reached the notebook"
    assert radios.nth(1).evaluate(FOCUSED)

    # Enter checks the answer; the live region says what came of it.
    chosen = radios.nth(1).get_attribute("value")
    result = question.locator(".dq-result[role=status]")
    assert result.inner_text() == ""
    page.keyboard.press("Enter")
    result.filter(has_text="ight.").wait_for()
    said = result.inner_text()
    assert said in ("Right.", "Not right.")
    assert question.locator(".dq-why:visible").count() == radios.count()
    assert page.evaluate(CELLS) == cells

    # The answer is kept, and right exactly when the page said so.
    identity = question.get_attribute("data-question")
    (kept,) = wait_for(lambda: Store(lab.home / "progress.sqlite3").answers(identity))
    assert kept.correct == (said == "Right.")
    assert list(kept.chosen) == [chosen]

    # A saved and reloaded notebook still shows the question and its answer, nothing being run.
    page.evaluate(SAVE_AND_STOP)
    page.reload()
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext")
    page.evaluate(READY)
    page.evaluate(SHOW_QUIZ)
    again = page.locator(f".dq-question[data-question='{identity}']").first
    again.locator(".dq-result").filter(has_text=said).wait_for()
    assert again.locator(f"input[value={chosen}]").is_checked()


@pytest.mark.browser
def test_instructor_opens_formgrader(lab, page):
    """Does nbgrader's page list the course's assignments?"""
    page.goto(lab.url("/formgrader/manage_assignments"))
    page.get_by_role("link", name="1-1-ingestion").first.wait_for()
