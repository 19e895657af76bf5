"""A course in miniature, written into a temporary folder."""

import pytest

LESSON = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Small lesson

Before the first section.

```{code-cell} ipython3
%load_ext dealab
```
"""

PART = """\
+++ {"section": "shards", "skills": ["1.1.1"], "statements": ["1.1.K3"], "minutes": 7}

## Count the shards

A shard takes [1 MB per second](fact:kinesis-shard-write).

```{code-cell} ipython3
x = 1
```

+++

More text with a picture: ![two shards](images/shards.svg)

```{code-cell} ipython3
:tags: [raises-exception]

1 / 0
```

```{code-cell} ipython3
quiz("1.1-q01", "1.1-q02")
```
"""

ASSIGNMENT = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Small assignment

```{code-cell} ipython3
from dealab import checks
```

+++ {"exercise": "double", "kind": "function", "skills": ["1.1.1"], "statements": ["1.1.S1"]}

## Double it

Write `double(x)`.

+++ {"role": "hint"}

Try `+`.

```{code-cell} ipython3
:role: solution

def double(x):
    \"\"\"Return twice x.\"\"\"
    # SECRET-SOLUTION
    return 2 * x
```

```{code-cell} ipython3
:role: tests
:points: 1

answer = checks.function("double")
answer.returns(4, 2)
answer.passed()
```

```{code-cell} ipython3
:role: tests
:points: 2

answer = checks.function("double")
### BEGIN HIDDEN TESTS
answer.agrees_with(SOLUTION, [(3,), ("SECRET-INPUT",)])
### END HIDDEN TESTS
```

```{code-cell} ipython3
:role: right
:name: adds

def double(x):
    return x + x
```

```{code-cell} ipython3
---
role: wrong
name: squares
points: 1
message: too high
---
def double(x):  # SECRET-WRONG
    return x * x
```

+++ {"exercise": "colors", "kind": "value", "skills": ["1.1.2"]}

## Name the colors

```{code-cell} ipython3
:role: solution

colors = ["red", "SECRET-COLOR"]
```

```{code-cell} ipython3
:role: tests
:points: 2

answer = checks.value("colors")
### BEGIN HIDDEN TESTS
answer.same_as(SOLUTION)
### END HIDDEN TESTS
```

+++ {"role": "hint"}

Two of them.

```{code-cell} ipython3
:role: right
:name: a tuple

colors = ("red", "SECRET-COLOR")
```

```{code-cell} ipython3
:role: wrong
:name: one only
:points: 0
:message: too few

colors = ["red"]
```
"""

ESSAY = """\

+++ {"exercise": "paint_it", "kind": "essay", "skills": ["1.1.2"], "points": 5}

## Design a paint shop

Say how you would paint a million doors.

+++ {"role": "hint"}

Think of the queue.

+++ {"role": "solution"}

SECRET-ESSAY: a queue and ten painters.

+++ {"role": "rubric", "title": "The work is spread", "points": 3}

SECRET-DETAIL: 3 for a queue, 1 for a single painter.

+++ {"role": "rubric", "title": "The cost is named", "points": 2}

SECRET-PRICE: any number with its reason.
"""

FACTS = """\
kinesis-shard-write:
  fact: A shard takes up to 1 MB per second of writes.
  source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
  checked: 2026-11-23
"""

FILES = {
    "lessons/00-start.md": LESSON,
    "lessons/01-domain/0.md": LESSON,
    "lessons/01-domain/1.1.md": PART,
    "assignments/1-1-small/small.md": ASSIGNMENT,
    "facts/kinesis.yaml": FACTS,
    "images/shards.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
}


@pytest.fixture
def course(tmp_path):
    """Return the root of a small course; its texts stand in ``course/content``."""
    for name, text in FILES.items():
        file = tmp_path / "content" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


@pytest.fixture
def edit(course):
    """Return a function that replaces text in one content file."""

    def replace(name, old, new):
        file = course / "content" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    return replace


@pytest.fixture
def essay(course):
    """Add a question that a person grades to the small assignment."""
    file = course / "content" / "assignments/1-1-small/small.md"
    file.write_text(file.read_text(encoding="utf-8") + ESSAY, encoding="utf-8", newline="\n")
    return course
