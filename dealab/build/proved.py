"""docs/reference/local-aws.md: per service what is real, a model or not here, read from the tests.

A test says what it proves with ``@pytest.mark.proves(service, feature, kind=...)``. This page lists
what they say, so a line stands here only as long as a test stands behind it. The tests are read as
text and not imported: building the course needs none of their packages.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

KINDS = ("real", "model", "not here")
_FOLDERS = ("tests/cloud", "tests/models", "tests/engines", "tests/views")
_FIELDS = ("service", "feature", "kind", "note")


class BadMark(ValueError):
    """A ``proves`` marker that the page cannot be made from; says file and line."""


@dataclass(frozen=True)
class Proof:
    """One marker: ``kind`` is one of KINDS, ``test`` is ``path::name``."""

    service: str
    feature: str
    kind: str
    note: str
    test: str


def proofs(root: Path) -> list[Proof]:
    """Return every marker below the repository ``root``, in the order of files and lines.

    Raises BadMark for a marker with anything but texts in it, or with an unknown kind.
    """
    found = []
    for folder in _FOLDERS:
        for file in sorted((root / folder).glob("test_*.py")):
            name = file.relative_to(root).as_posix()
            tree = ast.parse(file.read_text(encoding="utf-8"), name)
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    found += [
                        _read(mark, name, node.name)
                        for mark in node.decorator_list
                        if _is_proves(mark)
                    ]
    return found


def _is_proves(mark: ast.expr) -> bool:
    return (
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Attribute)
        and mark.func.attr == "proves"
    )


def _read(mark: ast.Call, file: str, test: str) -> Proof:
    try:
        values = dict(zip(_FIELDS, map(ast.literal_eval, mark.args), strict=False))
        values |= {one.arg: ast.literal_eval(one.value) for one in mark.keywords}
        proof = Proof(**{"note": "", **values}, test=f"{file}::{test}")
    except (ValueError, TypeError) as error:
        raise BadMark(f"{file}:{mark.lineno}: proves() takes plain texts: {error}") from error
    if proof.kind not in KINDS:
        raise BadMark(f"{file}:{mark.lineno}: kind is one of {KINDS}, not {proof.kind!r}")
    return proof


def build(root: Path) -> str:
    """Return the page."""
    found = proofs(root)
    services = sorted({proof.service for proof in found}, key=str.lower)
    counts = {
        kind: len({(p.service, p.feature) for p in found if p.kind == kind}) for kind in KINDS
    }
    lines = [
        "# The local AWS, feature by feature",
        "",
        "Written by `dealab build` from the tests; never edited. Each line is proved by the tests",
        f"that it names: {counts['real']} features are real, {counts['model']} are models, and "
        f"{counts['not here']} are not here.",
        "",
        "- **Real**: plain boto3, or the engine itself, behaves as the service does; the test",
        "  fails against a stub that answers every call with plausible nothing.",
        "- **Model**: the lab computes what the service's documentation says would happen.",
        "- **Not here**: the lab refuses it by name, or the test shows what is missing.",
        "",
        f"Services: {' · '.join(f'[{one}](#{_anchor(one)})' for one in services)}",
    ]
    for service in services:
        lines += ["", f"## {service}", "", "| Feature | | Proved by |", "|---|---|---|"]
        features: dict[tuple[str, str], list[Proof]] = {}
        for proof in found:
            if proof.service == service:
                features.setdefault((proof.kind, proof.feature), []).append(proof)
        for kind, feature in sorted(features, key=lambda one: KINDS.index(one[0])):
            lines.append(_row(kind, feature, features[kind, feature]))
    return "\n".join(lines) + "\n"


def _row(kind: str, feature: str, found: list[Proof]) -> str:
    notes = " ".join(dict.fromkeys(proof.note for proof in found if proof.note))
    files = dict.fromkeys(proof.test.split("::")[0] for proof in found)
    tests = ", ".join(f"[{Path(file).stem}](../../{file})" for file in files)
    said = f"{feature}. {notes}" if notes else feature
    return f"| {said.replace('|', chr(92) + '|')} | {kind} | {tests} |"


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
