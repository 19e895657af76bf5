"""Explorer: HNSW against IVF: recall, and how many vectors a search compares."""

import functools
import heapq

COUNT, SIZE, QUESTIONS, NEAREST = 1_500, 16, 25, 10
ABOUT = (
    "<p>Computed, not timed: 1,500 vectors of 16 numbers in 40 loose groups, 25 questions, the ten "
    "nearest of each. IVF: k-means makes the lists; a search compares with all centers and with "
    "the vectors of the nearest lists. HNSW: only the ground layer of the graph, each vector with "
    "its m nearest, links going both ways; every 40th vector stands for the upper layers, and a "
    "search starts at the best of them, keeps the ef best it met and walks on from the best one. "
    'Sources: <a href="https://docs.opensearch.org/latest/mappings/supported-field-types/'
    'knn-methods-engines">methods of OpenSearch</a>.</p>'
)


@functools.cache
def data(count: int = COUNT, size: int = SIZE, seed: int = 3):
    """Return vectors and questions, as arrays."""
    import numpy

    draw = numpy.random.default_rng(seed)
    middles = draw.normal(0, 1, (40, size))
    spots = middles[draw.integers(0, 40, count + QUESTIONS)]
    spots = spots + draw.normal(0, 0.9, spots.shape)
    return spots[:count], spots[count:]


@functools.cache
def exact(nearest: int = NEAREST) -> list[set]:
    """Return the true nearest vectors of each question."""
    import numpy

    vectors, questions = data()
    far = ((questions[:, None, :] - vectors[None]) ** 2).sum(axis=2)
    return [set(row[:nearest].tolist()) for row in numpy.argsort(far, axis=1)]


@functools.cache
def _clusters(lists: int):
    import numpy

    vectors, _ = data()
    centers = vectors[numpy.random.default_rng(5).choice(len(vectors), lists, replace=False)]
    for _ in range(8):
        near = _nearest_center(vectors, centers)
        centers = numpy.array(
            [
                vectors[near == one].mean(axis=0) if (near == one).any() else centers[one]
                for one in range(lists)
            ]
        )
    return centers, _nearest_center(vectors, centers)


def _nearest_center(vectors, centers):
    return (
        (vectors**2).sum(axis=1)[:, None] - 2 * vectors @ centers.T + (centers**2).sum(axis=1)[None]
    ).argmin(axis=1)


@functools.cache
def _graph(m: int) -> list[list[int]]:
    import numpy

    vectors, _ = data()
    squares = (vectors**2).sum(axis=1)
    far = squares[:, None] - 2 * vectors @ vectors.T + squares[None]
    near = numpy.argsort(far, axis=1)[:, 1 : m + 1]
    links = [set(row.tolist()) for row in near]
    for one, row in enumerate(near):
        for other in row.tolist():
            links[other].add(one)
    return [sorted(found) for found in links]


def _recall(found: list[set]) -> float:
    return sum(len(f & e) for f, e in zip(found, exact(), strict=True)) / (NEAREST * QUESTIONS)


@functools.cache
def ivf(lists: int, probes: int) -> tuple[float, float]:
    """Return recall, and the share of vectors (centers included) that a search compares."""
    import numpy

    vectors, questions = data()
    centers, member = _clusters(lists)
    found, compared = [], 0
    for question in questions:
        order = numpy.argsort(((centers - question) ** 2).sum(axis=1))[:probes]
        inside = numpy.flatnonzero(numpy.isin(member, order))
        far = ((vectors[inside] - question) ** 2).sum(axis=1)
        found.append(set(inside[numpy.argsort(far)[:NEAREST]].tolist()))
        compared += lists + len(inside)
    return _recall(found), compared / QUESTIONS / len(vectors)


@functools.cache
def hnsw(m: int, ef: int) -> tuple[float, float]:
    """Return recall, and the share of vectors that a search compares."""
    vectors, questions = data()
    graph = _graph(m)
    entries = range(0, len(vectors), 40)  # what the upper layers would offer
    found, compared = [], 0
    for question in questions:
        far = ((vectors - question) ** 2).sum(axis=1)  # looked up below, one by one
        seen = set(entries)
        first = min(entries, key=far.__getitem__)
        best, todo = [(-far[first], first)], [(far[first], first)]
        while todo:
            here, one = heapq.heappop(todo)
            if len(best) >= ef and here > -best[0][0]:
                break
            for other in graph[one]:
                if other in seen:
                    continue
                seen.add(other)
                if len(best) < ef or far[other] < -best[0][0]:
                    heapq.heappush(todo, (far[other], other))
                    heapq.heappush(best, (-far[other], other))
                    if len(best) > ef:
                        heapq.heappop(best)
        found.append({one for _, one in sorted(best, reverse=True)[:NEAREST]})
        compared += len(seen)
    return _recall(found), compared / QUESTIONS / len(vectors)


def vector_search():
    """Show sliders: recall against the share of vectors compared. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(m, ef, lists, probes):
        probes = min(probes, lists)
        curves = {
            "HNSW": [hnsw(m, value) for value in (10, 20, 40, 80, 160)],
            "IVF": [ivf(lists, value) for value in (1, 2, 4, 8, 16, 32) if value <= lists],
        }
        here = {"HNSW": hnsw(m, ef), "IVF": ivf(lists, probes)}
        figure = Figure(figsize=(7, 3), layout="constrained")
        axes = figure.subplots()
        for (name, curve), color, mark in zip(
            curves.items(), ("#4c78a8", "#f58518"), ("o", "s"), strict=True
        ):
            axes.plot(
                [share * 100 for _, share in curve],
                [recall * 100 for recall, _ in curve],
                color=color,
                alpha=0.5,
            )
            recall, share = here[name]
            axes.plot(share * 100, recall * 100, mark, color=color, markersize=11, label=name)
        axes.set(xlabel="% of the vectors compared", ylabel="recall of the ten nearest, %")
        axes.set(ylim=(0, 104), xlim=(0, None))
        axes.legend(frameon=False, loc="lower right")
        axes.spines[["top", "right"]].set_visible(False)
        words = (
            f"HNSW with m {m} and ef_search {ef}: {here['HNSW'][0]:.0%} of the true nearest ten, "
            f"{here['HNSW'][1]:.0%} of the vectors compared. IVF with {lists} lists and {probes} "
            f"probe{'s' * (probes > 1)}: {here['IVF'][0]:.0%}, {here['IVF'][1]:.0%} compared."
        )
        return figure, f"Recall against the share of vectors compared. {words}", words

    controls = {
        "m": _panel.integer("HNSW: links of a vector (m)", 8, 2, 24, 2),
        "ef": _panel.integer("HNSW: ef_search", 20, 10, 200, 10),
        "lists": _panel.integer("IVF: lists", 40, 5, 100, 5),
        "probes": _panel.integer("IVF: probes", 3, 1, 40),
    }
    return _panel.Panel(draw, controls, ABOUT)
