"""The ``dealab`` command. Each command imports what it needs, so that ``--help`` is instant."""

import json
import sys
from pathlib import Path

import click

from dealab import __version__


@click.group()
@click.version_option(__version__, prog_name="dealab")
def main():
    """The course's own tools: build, check, coverage, datasets, progress."""


def _fail(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(1)


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; list what differs, exit 1 if any.")
def build(check: bool):
    """Derive notebooks/, source/ and release/ from content/."""
    from dealab.build import tree
    from dealab.build.myst import ContentError
    from dealab.facts import FactError
    from dealab.quiz import bank

    problems = bank.validate()
    if problems:
        _fail("\n".join([*problems, f"{len(problems)} problems in the question bank"]))
    try:
        lines = tree.differences() if check else tree.build()
    except (ContentError, FactError) as problem:
        _fail(f"dealab build: {problem}")
    for line in lines:
        click.echo(line if check else f"written: {line.split(': ')[0]}")
    if check and lines:
        _fail(f"{len(lines)} derived files are not what content/ says: run 'dealab build'")
    click.echo("everything derived is up to date" if not lines else f"{len(lines)} files changed")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the coverage as data.")
@click.option("--require", default="", metavar="NAMES", help="Exit 1 unless complete: 1.1,services")
def coverage(as_json: bool, require: str):
    """Show what has lessons, questions and exercises, and which pages are written."""
    from dealab import coverage as joined

    found = joined.collect()
    click.echo(json.dumps(found.as_json(), indent=1) if as_json else found.as_text())
    unknown = found.unknown()
    if unknown:
        _fail("\n".join(unknown))
    tasks = [task.strip() for task in require.split(",") if task.strip()]
    if tasks and not found.complete(tasks):
        _fail(f"not complete: {', '.join(tasks)}")


@main.command()
@click.argument("only", default="", metavar="[ASSIGNMENT or EXERCISE]")
@click.option("--quiet", is_flag=True, help="Print problems only.")
def check(only: str, quiet: bool):
    """Prove each exercise: solution, starter, right and wrong answers."""
    from dealab.build import exercises
    from dealab.build.myst import ContentError
    from dealab.grading import proof

    try:
        assignments = exercises.assignments()
    except ContentError as problem:
        _fail(f"dealab check: {problem}")
    count = bad = 0
    for finding in proof.prove(assignments, only):
        count += 1
        bad += bool(finding.problem)
        mark = "FAIL" if finding.problem else "ok"
        points = "" if finding.score is None else f" {finding.score.total:g} points"
        if finding.problem or not quiet:
            click.echo(f"{mark:4} {finding.exercise}: {finding.answer}{points}")
        if finding.problem:
            click.echo(f"     {finding.where}: {finding.problem}")
    if not count:
        _fail(f"no assignment or exercise is called '{only}'" if only else "no exercises found")
    click.echo(f"{count - bad} of {count} answers do as declared")
    if bad:
        sys.exit(1)


@main.command()
@click.option("--scale", default=1.0, show_default=True, help="1 is the size in git.")
@click.option("--seed", default=2026, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write; default datasets/.")
@click.option("--verify", is_flag=True, help="Write nothing; compare the files with checksums.")
def datasets(scale: float, seed: int, out: Path | None, verify: bool):
    """Make the datasets, or verify them."""
    from dealab import datasets as data
    from dealab import paths

    folder = out or paths.datasets()
    if verify:
        problems = data.verify(folder)
        if problems:
            _fail("\n".join(problems))
        click.echo(f"{folder}: every file is as datapackage.json says")
        return
    if out is None and (scale != 1 or seed != 2026):
        _fail("datasets/ holds scale 1 and seed 2026; name another folder with --out")
    data.generate(folder, scale=scale, seed=seed)
    click.echo(f"written: {folder}")


@main.command("import-source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_source(file: Path):
    """Turn an edited source/ notebook back into its text in content/."""
    from dealab.build import importer
    from dealab.build.myst import ContentError

    try:
        target, text = importer.import_source(file)
    except ContentError as problem:
        _fail(f"dealab import-source: {problem}")
    if target.read_text(encoding="utf-8") == text:
        click.echo(f"{target.name}: nothing has changed")
        return
    target.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"written: {target}. Run 'dealab build' and 'dealab check' next.")


@main.command()
def progress():
    """Show what you have answered, and how much of it right."""
    from collections import Counter

    from dealab.progress import Store, report
    from dealab.quiz import bank

    click.echo(report(Store(), Counter(one.task for one in bank.load().values())))


if __name__ == "__main__":
    main()
