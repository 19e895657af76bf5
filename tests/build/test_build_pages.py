"""Interview answers and service pages as notebooks."""

import json
from types import SimpleNamespace

import nbformat

from dealab import paths
from dealab.build import pages


def text(notebook):
    found = nbformat.reads(notebook, 4)
    assert {cell.cell_type for cell in found.cells} == {"markdown"}
    return "\n\n".join(cell.source for cell in found.cells)


def test_answers_link_sections_and_sources():
    made = pages.build(paths.content())
    page = text(made["interview/sqs.ipynb"])
    assert page.startswith("# Interview: Amazon SQS")
    assert page.count("\n## ") == 9
    assert page.count("<details>") == page.count("</details>") == 4 * 9
    assert "(fact:" not in page
    assert "(checked 2026-" in page
    sections = json.loads((paths.course() / "notebooks/sections.json").read_text())["sections"]
    [href] = [one["href"] for one in sections if one["id"] == "alerts-sns-sqs"]
    assert f"](../{href})" in page


def test_a_service_page_has_every_part():
    service = SimpleNamespace(name="Amazon QuickSight", today="Amazon Quick Sight", guides=("1.0",))
    page = SimpleNamespace(
        slug="amazon-quicksight",
        service=service,
        summary="Charts.",
        choose=("People look.",),
        avoid=(("Alarms are wanted.", "CloudWatch"),),
        asked=("SPICE is memory.",),
        cost="Users.",
        security="Groups.",
        confused=(("Amazon QuickSight", "Itself."), ("Grafana", "Metrics.")),
        changed=("Renamed.",),
        skills=("3.2.1",),
        sections=(),
        not_here="Nothing runs here.",
    )
    links = SimpleNamespace(sections=lambda ids: "")
    (_, head), (_, body) = pages._service(page, {"amazon-quicksight": page}, links)
    assert head.startswith("# Amazon Quick Sight\n\nCharts.")
    assert "lists it as Amazon QuickSight" in head
    assert "guide 1.0 only" in head
    assert "- Renamed." in head
    assert "| Alarms are wanted. | CloudWatch |" in body
    assert "| [Amazon QuickSight](amazon-quicksight.ipynb) | Itself. |" in body
    assert "| Grafana | Metrics. |" in body
    assert "Nothing runs here." in body
