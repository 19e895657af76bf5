"""The few marks that a question's text may carry, parsed once for every renderer.

``code`` in backticks, **bold** in double asterisks, a blank line between paragraphs, and a code
block between two lines of three backticks. Nothing else is markup, so no text of the bank can ever
become HTML or script in a page: a renderer gets plain runs of text and makes its own elements.
"""

import html
import re
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`[^`]+`)")


@dataclass(frozen=True)
class Run:
    """A piece of text in one style."""

    text: str
    bold: bool = False
    code: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph (``runs``), or a code block (``pre`` true, one run, line breaks kept)."""

    runs: tuple[Run, ...]
    pre: bool = False


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of ``text``. A mark that is never closed stays in the text as it is."""
    blocks: list[Block] = []
    parts = _FENCE.split(text)
    for index, part in enumerate(parts):
        if index % 2:
            blocks.append(Block((Run(part.rstrip("\n"), code=True),), pre=True))
            continue
        for paragraph in re.split(r"\n[ \t]*\n", part):
            joined = " ".join(paragraph.split())
            if joined:
                blocks.append(Block(tuple(_runs(joined))))
    return tuple(blocks)


def _runs(text: str):
    bold = False
    pieces = _CODE.split(text)
    # An odd number of ** means that the last one opens nothing: it is text.
    last = sum(piece.count("**") for piece in pieces[::2])
    marks = last - last % 2
    for index, piece in enumerate(pieces):
        if index % 2:
            yield Run(piece[1:-1], bold=bold, code=True)
            continue
        while marks and "**" in piece:
            before, piece = piece.split("**", 1)
            if before:
                yield Run(before, bold=bold)
            bold, marks = not bold, marks - 1
        if piece:
            yield Run(piece, bold=bold)


def plain(text: str) -> str:
    """Return ``text`` without its marks; blocks are separated by one blank line."""
    return "\n\n".join("".join(run.text for run in block.runs) for block in parse(text))


def as_html(text: str) -> str:
    """Return ``text`` as escaped HTML made of ``p``, ``pre``, ``code`` and ``strong`` only."""
    return "".join(_block_html(block) for block in parse(text))


def _block_html(block: Block) -> str:
    inner = ""
    for run in block.runs:
        piece = html.escape(run.text)
        if run.code:
            piece = f"<code>{piece}</code>"
        inner += f"<strong>{piece}</strong>" if run.bold else piece
    return f"<pre>{inner}</pre>" if block.pre else f"<p>{inner}</p>"


def as_data(text: str) -> list[dict]:
    """Return the blocks as plain data for JavaScript: ``{"pre": bool, "runs": [[text, style]]}``.

    ``style`` is "", "bold", "code" or "bold code".
    """
    return [
        {
            "pre": block.pre,
            "runs": [
                [run.text, " ".join(s for s in ("bold", "code") if getattr(run, s))]
                for run in block.runs
            ],
        }
        for block in parse(text)
    ]


def unclosed(text: str) -> str:
    """Return the mark that ``text`` opens and never closes ("`", "**"), or an empty string."""
    prose = _CODE.sub("", _FENCE.sub("", text))
    if "`" in prose:
        return "`"
    return "**" if prose.count("**") % 2 else ""
