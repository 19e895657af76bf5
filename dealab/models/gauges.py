"""Values that a service reports every minute, such as the depth of a queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
(checked 2026-11-23): a queue reports each minute while it is active; here, until it has stayed
the same for six hours. Times are in seconds.
"""

import itertools

ACTIVE = 6 * 3600


class Gauges:
    """Remembers the values of named gauges; ``values`` given to it are {name: value now}."""

    def __init__(self):
        self._seen: dict[str, list[tuple[float, float]]] = {}

    def sample(self, values: dict[str, float], now: float) -> None:
        """Note the values of the minute that ends ``now``."""
        for name, value in values.items():
            if not self._quiet(name, value, now):
                self._seen.setdefault(name, []).append((now - 1, value))

    def points(self, values: dict[str, float], now: float) -> dict[str, list]:
        """Return (time, value) for each noted minute, and now."""
        return self._seen | {
            name: [*self._seen.get(name, []), (now - 1, value)]
            for name, value in values.items()
            if not self._quiet(name, value, now)
        }

    def moved(self, values: dict[str, float]) -> bool:
        """Tell whether a value is not the one noted last."""
        return any(v != (self._seen.get(n) or [(0, 0.0)])[-1][1] for n, v in values.items())

    def _quiet(self, name: str, value: float, now: float) -> bool:
        points = self._seen.get(name)
        if not points or points[-1][1] != value:
            return False
        changed = points[0][0]
        for (_, before), (at, after) in itertools.pairwise(points):
            changed = at if before != after else changed
        return now - changed > ACTIVE
