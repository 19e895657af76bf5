"""State machines as pictures: the graph, and the path that an execution took.

Each state tells its outcome in words and by its line, not by color alone. Layers go from the start
downward; the states inside a Map or a Parallel stand in a frame of their own.
"""

import html
import itertools
import json
from dataclasses import dataclass, field

from dealab.views.picture import Picture

WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 168, 46, 26, 40, 18

#: outcome -> (fill, line, dash pattern, line width)
LOOKS = {
    "succeeded": ("#e6f4ea", "#1e7e34", "", 2),
    "caught": ("#fff3cd", "#8a6100", "6 3", 2.5),
    "failed": ("#fde8e8", "#b02a37", "", 4),
    "running": ("#e7f1ff", "#0b5ed7", "2 3", 2.5),
    "not reached": ("#ffffff", "#6c757d", "1 4", 1.2),
    "": ("#f8f9fa", "#495057", "", 1.5),
}


@dataclass
class _Box:
    """A state with its place; ``inner`` holds the drawn machines inside it."""

    name: str
    state: dict
    layer: int = 0
    x: float = 0
    y: float = 0
    width: float = WIDTH
    height: float = HEIGHT
    inner: list = field(default_factory=list)


def machine(definition) -> Picture:
    """Draw a definition (JSON text or a dict, in the states language) without an execution."""
    document = json.loads(definition) if isinstance(definition, str) else definition
    names = list(document["States"])
    alt = f"State machine of {len(names)} states, starting at {document['StartAt']}. " + " ".join(
        _sentence(name, document["States"][name]) for name in names
    )
    return Picture(_draw(document, {}), alt, f"State machine, start: {document['StartAt']}")


def execution(arn: str) -> Picture:
    """Draw the state machine of an execution (its ARN) with what happened in each state.

    Outcomes: succeeded, caught (it failed and a Catch went on), failed, running, not reached.
    """
    import boto3

    states = boto3.client("stepfunctions", region_name=arn.split(":")[3])
    found = states.describe_execution(executionArn=arn)
    pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    document = json.loads(
        states.describe_state_machine_for_execution(executionArn=arn)["definition"]
    )
    outcomes, path = outcomes_of(events, found["status"])
    told = [f"{name} {outcome}" for name, outcome in outcomes.items()]
    missing = [name for name in _all_names(document) if name not in outcomes]
    alt = f"Execution {found['name']}: {found['status']}. Path: {' to '.join(path) or 'none'}. "
    alt += f"States: {', '.join(told)}." if told else "No state was entered."
    alt += f" Not reached: {', '.join(missing)}." if missing else ""
    if found.get("error"):
        alt += f" Error: {found['error']}."
    return Picture(
        _draw(document, outcomes, path), alt, f"Execution {found['name']}: {found['status']}"
    )


def outcomes_of(events: list[dict], status: str) -> tuple[dict, list[str]]:
    """Read a history: the outcome of each state that was entered, and the order of entering."""
    entered, exited, path, failed = {}, set(), [], set()
    by_id, last = {event["id"]: event for event in events}, {}
    for event in events:
        kind = event["type"]
        if kind.endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            entered[name] = event["id"]
            exited.discard(name)
            failed.discard(name)
            path.append(name)
            last[event["id"]] = name
        elif kind.endswith("StateExited"):
            exited.add(event["stateExitedEventDetails"]["name"])
        elif kind.endswith(("Failed", "TimedOut")) and not kind.startswith("Execution"):
            name = _state_of(event, by_id, last)
            if name:
                failed.add(name)
        elif kind.endswith("Succeeded"):
            failed.discard(_state_of(event, by_id, last))  # a retry made it good
    outcomes = {}
    for name in entered:
        if name in exited:
            outcomes[name] = "caught" if name in failed else "succeeded"
        elif status == "RUNNING":
            outcomes[name] = "running"
        else:
            outcomes[name] = "succeeded" if status == "SUCCEEDED" else "failed"
    return outcomes, path


def _state_of(event: dict, by_id: dict, names: dict):
    """The name of the state in which an event happened, by following previous events."""
    while event is not None:
        if event["id"] in names:
            return names[event["id"]]
        event = by_id.get(event["previousEventId"])
    return None


def _all_names(document: dict) -> list[str]:
    from dealab.models import asl

    return [name for name, _ in asl.every_state(document)]


def _sentence(name: str, state: dict) -> str:
    from dealab.models import asl

    after = [target for target, _ in asl.targets(state)]
    return f"{name} ({state['Type']}) goes to {', '.join(after)}." if after else f"{name} ends."


# Layout: layers by the longest way from the start, then side by side


def _layout(document: dict) -> tuple[list[_Box], float, float]:
    from dealab.models import asl

    boxes = {name: _Box(name, state) for name, state in document["States"].items()}
    for box in boxes.values():
        for inner in asl.inner_machines(box.state):
            box.inner.append(_layout(inner))
        if box.inner:
            box.width = max(WIDTH, sum(w for _, w, _ in box.inner) + PAD * (len(box.inner) + 1))
            box.height = HEIGHT + max(h for _, _, h in box.inner) + PAD
    _layer(boxes, document["StartAt"])
    rows: dict[int, list[_Box]] = {}
    for box in boxes.values():
        rows.setdefault(box.layer, []).append(box)
    width = max(sum(b.width for b in row) + GAP_X * (len(row) - 1) for row in rows.values())
    y = 0.0
    for layer in sorted(rows):
        row = rows[layer]
        x = (width - sum(b.width for b in row) - GAP_X * (len(row) - 1)) / 2
        for box in row:
            box.x, box.y = x, y
            x += box.width + GAP_X
        y += max(box.height for box in row) + GAP_Y
    return list(boxes.values()), width, y - GAP_Y


def _layer(boxes: dict, start: str) -> None:
    """Give each state its layer: below everything that leads to it, loops apart."""
    from dealab.models import asl

    def visit(name: str, layer: int, way: tuple) -> None:
        if name not in boxes or name in way or (way and boxes[name].layer >= layer):
            return
        boxes[name].layer = layer
        for target, _ in asl.targets(boxes[name].state):
            visit(target, layer + 1, (*way, name))

    visit(start, 0, ())


def _draw(document: dict, outcomes: dict, path: list | None = None) -> str:
    boxes, width, height = _layout(document)
    parts = [
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#495057"/></marker></defs>'
    ]
    _draw_machine(boxes, outcomes, path, 12, 12, parts)
    size = f'viewBox="0 0 {width + 24:.0f} {height + 24:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} width="{width + 24:.0f}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )


def _draw_machine(boxes, outcomes, path, left, top, parts: list) -> None:
    from dealab.models import asl

    places, ran = {box.name: box for box in boxes}, path is not None
    here = [name for name in path or [] if name in places]
    taken = set(itertools.pairwise(here))
    for box in boxes:
        for target, where in asl.targets(box.state):
            if target in places:
                went = (box.name, target) in taken
                parts.append(_arrow(box, places[target], where, went, ran, left, top))
    for box in boxes:
        outcome = outcomes.get(box.name, "not reached" if ran else "")
        fill, line, dash, thick = LOOKS[outcome]
        x, y = left + box.x, top + box.y
        round_ = 23 if box.state["Type"] in ("Succeed", "Fail") else 6
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" '
            f'rx="{round_}" fill="{fill}" stroke="{line}" stroke-width="{thick}" '
            f'stroke-dasharray="{dash}"/>'
        )
        name = box.name if len(box.name) < 24 else box.name[:22] + "…"
        second = box.state["Type"] + (f" · {outcome}" if outcome else "")
        for row, text, weight in ((19, name, "bold"), (36, second, "normal")):
            parts.append(
                f'<text x="{x + box.width / 2:.0f}" y="{y + row:.0f}" text-anchor="middle" '
                f'font-weight="{weight}" fill="#212529">{html.escape(text)}</text>'
            )
        inside = x + PAD
        for inner, width, _ in box.inner:
            _draw_machine(inner, outcomes, path, inside, y + HEIGHT, parts)
            inside += width + PAD


def _arrow(start: _Box, end: _Box, where: str, went: bool, ran: bool, left, top) -> str:
    x1, y1 = left + start.x + start.width / 2, top + start.y + start.height
    x2, y2 = left + end.x + end.width / 2, top + end.y
    if y2 < y1:  # back to an earlier state: around the side
        x1, y1 = left + start.x + start.width, top + start.y + start.height / 2
        x2, y2 = left + end.x + end.width, top + end.y + end.height / 2
        way = f"M{x1:.0f} {y1:.0f}C{x1 + 40:.0f} {y1:.0f} {x2 + 40:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    else:
        half = (y1 + y2) / 2
        way = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {half:.0f} {x2:.0f} {half:.0f} {x2:.0f} {y2:.0f}"
    dash = ' stroke-dasharray="5 4"' if where.startswith("Catch") else ""
    thick = 2.8 if went else (1 if ran else 1.5)
    word = {"Catch": "catch", "Default": "default"}.get(where.split("[")[0].split("/")[0], "")
    label = (
        f'<text x="{(x1 + x2) / 2 + 6:.0f}" y="{(y1 + y2) / 2:.0f}" fill="#495057">{word}</text>'
        if word
        else ""
    )
    return (
        f'<path d="{way}" fill="none" stroke="#495057" stroke-width="{thick}"{dash} '
        f'marker-end="url(#head)"/>{label}'
    )
