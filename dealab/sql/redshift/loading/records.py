"""Records of a load: the fields of every row as text, and the rows that are not readable."""

from dataclasses import dataclass, field

EMPTY = "\0"  # a field that is an empty string in quotation marks: never NULL


@dataclass
class Bad:
    """A row that cannot be loaded. ``column`` is the position of the target column, or None."""

    file: int
    line: int
    raw: str
    column: int | None
    code: int
    reason: str
    position: int = 0
    value: str = ""
    fields: list = field(default_factory=list)


@dataclass
class Records:
    """Rows read from files: parallel lists. ``fields`` has one list for each target column."""

    width: int
    file: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    rows: list[list] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)  # file -> lines scanned
    replaced: list[Bad] = field(default_factory=list)  # rows with replaced characters

    def add(self, file: int, line: int, raw: str, fields: list) -> None:
        self.file.append(file)
        self.line.append(line)
        self.raw.append(raw)
        self.rows.append(fields)

    def columns(self) -> list[list]:
        if not self.rows:
            return [[] for _ in range(self.width)]
        return [list(column) for column in zip(*self.rows, strict=True)]
