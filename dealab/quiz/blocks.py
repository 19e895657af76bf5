"""YAML mappings that know their lines, so that a mistake is reported where it stands.

``yaml.safe_load`` swallows a repeated key and forgets lines. Here the nodes are read instead; a
node also keeps a text as it was typed (``id: 1.10`` stays "1.10").
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times faster


@dataclass(frozen=True)
class Note:
    """Something wrong on a line of a file, and what to do about it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def compose_list(file: Path, name: str) -> tuple[list[yaml.Node], list[Note]]:
    """Return the entries of the list that ``file`` is, or none and a note that says why."""
    data = file.read_bytes()
    try:
        root = yaml.compose(data.decode("utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [Note(name, line, "this is not UTF-8 text; save the file as UTF-8")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        message = (
            f"YAML cannot read this: {problem}; put a text that holds ': ', '#' or quotes "
            "after >- on lines of its own"
        )
        return [], [Note(name, mark.line + 1 if mark else 1, message)]
    if not isinstance(root, yaml.SequenceNode):
        line = root.start_mark.line + 1 if root else 1
        return [], [Note(name, line, "the file must be a list; each block starts with '- id:'")]
    return root.value, []


class Block:
    """One mapping with known keys. Reading a field that is wrong adds to ``notes``."""

    def __init__(self, file: str, node: yaml.Node, what: str, required, optional=(), title=""):
        """``what`` names the block in messages ("a question"); ``title`` names this one."""
        self.file, self.node, self.what, self.title = file, node, what, title
        self.notes: list[Note] = []
        self._fields: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        allowed = (*required, *optional)
        if not isinstance(node, yaml.MappingNode):
            self.note(self.line(), f"{what} is a block of keys: {', '.join(allowed)}")
            return
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                self.title = value.value
        misspelled = {self._add(key, value, allowed) for key, value in node.value}
        for key in required:
            if key not in self._fields and key not in misspelled:
                self.note(self.line(), f"the key '{key}' is missing; {what} needs it")

    def _add(self, key: yaml.Node, value: yaml.Node, allowed: tuple[str, ...]) -> str | None:
        """Take in a field. Return the key that was probably meant where this one is unknown."""
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in self._fields:
            self.note(line, f"'{name}' is also on line {self._lines[name]}; keep one of them")
        elif name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"allowed are {', '.join(allowed)}"
            self.note(line, f"unknown key '{name}'; {hint}")
            return near[0] if near else None
        else:
            self._fields[name], self._lines[name] = value, line
        return None

    def line(self, key: str | None = None) -> int:
        """Return the line of the field ``key``, or of the block."""
        return self._lines.get(key, self.node.start_mark.line + 1)

    def named(self, line: int, message: str) -> Note:
        """Return a note about this block."""
        return Note(self.file, line, f"{self.title}: {message}" if self.title else message)

    def note(self, line: int, message: str) -> None:
        self.notes.append(self.named(line, message))

    def text(self, key: str) -> str:
        """Return the text of a field, "" when it is missing or wrong."""
        node = self._fields.get(key)
        return "" if node is None else self._scalar(key, node, self.line(key))

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        text = self.text(key)
        if text and text not in allowed:
            self.note(self.line(key), f"{key} is '{text}'; it must be one of {', '.join(allowed)}")
        return text

    def flag(self, key: str) -> bool:
        """Return a field that is true or false; a missing one is false."""
        node = self._fields.get(key)
        if node is None:
            return False
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            self.note(self.line(key), f"'{key}' must be true or false")
        return node.value == "true"

    def nodes(self, key: str) -> list[yaml.Node]:
        """Return the entries of a field that is a list; an empty list is wrong."""
        node = self._fields.get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.note(self.line(key), f"'{key}' must be a list with at least one entry")
            return []
        return node.value

    def texts(self, key: str) -> list[tuple[str, int]]:
        """Return the texts of a list, each with its line."""
        lines = [(node, node.start_mark.line + 1) for node in self.nodes(key)]
        return [(self._scalar(key, node, line), line) for node, line in lines]

    def _scalar(self, key: str, node: yaml.Node, line: int) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self.note(line, f"'{key}' must be text; put it after >- on lines of its own")
            return ""
        text = node.value.strip()
        if not text or node.tag.endswith(":null"):
            self.note(line, f"'{key}' is empty; write it")
            return ""
        return text
