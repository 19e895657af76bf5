"""Fixtures for every test: a Chromium, and a home folder that isn't the developer's own."""

import os
import shutil

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_CHROMIUM = f"no Chromium here (looked for {', '.join(CHROMIUM_NAMES)})"
# Playwright runs without Chromium's sandbox by itself; the rest keeps it from calling its maker.
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory):
    """No test reads or writes the progress of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEALAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


# One browser for each test file: Playwright leaves an event loop running in the thread while it is
# open, and asyncio.run() in a test of another file would fail.
@pytest.fixture(scope="module")
def chromium():
    """A Playwright Browser. Without Chromium the test is skipped, or fails if that is asked for."""
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        if os.environ.get("DEALAB_REQUIRE_BROWSER") == "1":
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter):
    """Say in one line that nothing was tried in a browser."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    count = sum(NO_CHROMIUM in text for text in skipped)
    if count:
        terminalreporter.write_line(f"{count} browser tests skipped: {NO_CHROMIUM}")


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "proves(service, feature, kind, note): a line of docs/reference/local-aws.md",
    )
