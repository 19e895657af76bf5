"""Pages to look things up: interview answers and services, as notebooks without code."""

from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from dealab import facts, interview, services
from dealab.build import lessons, notebook


def build(content: Path) -> dict[str, str]:
    """Return the notebooks by their path below ``notebooks/``.

    Raises FactError for a link to no fact, KeyError for a section that no lesson has.
    """
    links = _Links(content)
    answers = interview.load(content).values()
    found = {
        f"interview/{Path(file).stem}.ipynb": _interview(list(group), links)
        for file, group in groupby(answers, key=lambda one: one.file)
    }
    pages = services.load(content)
    found |= {f"services/{one.slug}.ipynb": _service(one, pages, links) for one in pages.values()}
    return {name: links.resolved(text, name) for name, text in found.items()}


class _Links:
    """Turns section ids into links and fact ids into sources, from a folder below notebooks/."""

    def __init__(self, content: Path):
        self._facts = facts.load(content / "facts")
        self._sections = {one.id: one for one in lessons.sections(content)}

    def sections(self, ids: tuple[str, ...]) -> str:
        """Return links to the sections that exist; what is missing is a gap of the coverage."""
        found = [self._sections[key] for key in ids if key in self._sections]
        return ", ".join(
            f"[{one.title}](../{one.notebook}.ipynb#{quote(one.title.replace(' ', '-'))})"
            for one in found
        )

    def resolved(self, cells: list[tuple[str, str]], where: str) -> str:
        return notebook.dumps(
            [
                notebook.cell("markdown", facts.resolve(text, self._facts, where), key)
                for key, text in cells
            ]
        )


def _interview(answers: list[interview.Answer], links: _Links) -> list[tuple[str, str]]:
    title = answers[0].title
    stem = Path(answers[0].file).stem
    intro = (
        f"# Interview: {title}\n\n"
        "Say your answer aloud before you open ours. The short answer is for the first half "
        "minute; the deeper one is for the moment when they nod and wait."
    )
    return [(stem, intro)] + [(one.id, _answer(one, links)) for one in answers]


def _answer(one: interview.Answer, links: _Links) -> str:
    question, reply = one.follow_up
    avoid = "\n".join(f'- "{say}" {because}' for say, because in one.avoid)
    taught = links.sections(one.sections)
    return "\n\n".join(
        [
            f"## {one.question}",
            _fold("A short answer", one.short),
            _fold("If they want more", one.deeper),
            _fold(f"They may ask next: {question}", reply),
            _fold("Better not said", avoid),
            f"*Skills {', '.join(one.skills)}" + (f" · taught in {taught}*" if taught else "*"),
        ]
    )


def _fold(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>"


def _service(
    page: services.Page, pages: dict[str, services.Page], links: _Links
) -> list[tuple[str, str]]:
    service = page.service
    head = [f"# {service.today}", page.summary]
    if service.today != service.name:
        head.append(f"*The exam guide lists it as {service.name}.*")
    if service.guides != ("1.0", "1.1"):
        head.append(f"*In scope of exam guide {service.guides[0]} only.*")
    if page.changed:
        head.append("**What changed**\n\n" + _items(page.changed))
    confused = [(_page_link(name, pages), how) for name, how in page.confused]
    body = [
        "## Choose it when\n\n" + _items(page.choose),
        "## Do not choose it when\n\n" + _table(("When", "Instead"), page.avoid),
        "## Limits and defaults that are asked\n\n" + _items(page.asked),
        f"## What it costs\n\n{page.cost}",
        f"## What guards it\n\n{page.security}",
        "## Do not confuse it with\n\n" + _table(("With", "The difference"), confused),
        "## In this course\n\n"
        + (links.sections(page.sections) or page.not_here or "No section yet.")
        + f"\n\n*Skills {', '.join(page.skills)}*",
    ]
    return [(page.slug, "\n\n".join(head)), (f"{page.slug}-details", "\n\n".join(body))]


def _page_link(name: str, pages: dict[str, services.Page]) -> str:
    key = services.slug(name)
    return f"[{name}]({key}.ipynb)" if key in pages else name


def _items(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {' '.join(line.split())}" for line in lines)


def _table(head: tuple[str, str], rows) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    lines += [f"| {' '.join(left.split())} | {' '.join(right.split())} |" for left, right in rows]
    return "\n".join(lines)
