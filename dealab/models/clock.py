"""The lab's clock: real time until somebody moves it, and everything that is due happens in order.

    clock = Clock()                      # runs with real time
    clock = Clock(at="2026-03-02T09:00") # stands still until it is moved
    clock.move(hours=2)                  # what is due in these two hours happens now, in order

Times are aware datetimes in UTC.
"""

import contextlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be moved forward.

    ``at`` (an aware or naive-as-UTC datetime, or ISO text) makes a clock that stands still and
    gives the same times in every run; without it the clock runs with real time. Raises ValueError
    for a text that is no date.
    """

    def __init__(self, at: datetime | str | None = None):
        self._stands = at is not None
        self._offset = timedelta()
        self._sources: list[tuple[Callable, Callable]] = []
        self.around: Callable = contextlib.nullcontext  # entered while things happen
        self.happening = 0  # above 0 while things happen by themselves, in ``move``
        if self._stands:
            self._now = _aware(at)
        self._happened_until = self.now()

    def __repr__(self) -> str:
        return f"<clock at {self.now():%Y-%m-%d %H:%M:%S} UTC{', standing' * self._stands}>"

    @property
    def moved(self) -> bool:
        """Tell whether this clock may differ from the computer's own."""
        return self._stands or bool(self._offset)

    @property
    def stands(self) -> bool:
        """Tell whether this clock stands still between moves."""
        return self._stands

    def now(self) -> datetime:
        """Return the lab's time."""
        return self._now if self._stands else _real_now() + self._offset

    def time(self) -> float:
        """Return the lab's time as seconds since 1970, as ``time.time()`` does."""
        return self.now().timestamp()

    def stand(self) -> None:
        """Stand still from now on, until ``run``: only ``move`` and ``sleep`` go on."""
        if not self._stands:
            self._now, self._stands = self.now(), True

    def run(self) -> None:
        """Go on with the computer's time, from where the clock stands. Nothing is due by that."""
        if self._stands:
            self._stands, self._offset = False, self._now - _real_now()

    def on(self, due: Callable, happen: Callable) -> None:
        """Register something that happens by itself as time passes.

        ``due(after)`` returns the first moment later than ``after`` at which it is due, or None.
        ``happen(moment)`` is called with the clock standing at that moment.
        """
        self._sources.append((due, happen))

    def move(self, to: datetime | str | None = None, **amount: float) -> list[datetime]:
        """Move forward ``to`` a moment, or by an ``amount`` as ``timedelta`` takes it (hours=2).

        What falls due on the way happens in its order; things due at one moment happen in the
        order in which they were registered. Returns the moments at which something happened.
        Raises ValueError for a way back.
        """
        start = self.now()
        until = _aware(to) if to is not None else start + timedelta(**amount)
        if until < start:
            raise ValueError(f"the lab's clock only goes forward: it is {start}, not yet {until}")
        happened = []
        # From where the last move ended: a running clock has gone on by itself since.
        while pending := self._next(self._happened_until, until):
            moment, actions = pending
            self._set(moment)
            self._happened_until = moment
            happened.append(moment)
            self.happening += 1
            try:
                with self.around():
                    for happen in actions:
                        happen(moment)
            finally:
                self.happening -= 1
        self._set(until)
        self._happened_until = until
        return happened

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass in the lab, without waiting."""
        self.move(seconds=seconds)

    def _next(self, after: datetime, until: datetime):
        due = [(moment, happen) for due, happen in self._sources if (moment := due(after))]
        due = [(moment, happen) for moment, happen in due if after < moment <= until]
        if not due:
            return None
        first = min(moment for moment, _ in due)
        return first, [happen for moment, happen in due if moment == first]

    def _set(self, moment: datetime) -> None:
        if self._stands:
            self._now = max(self._now, moment)
        else:
            self._offset = max(self._offset, moment - _real_now())


def _real_now() -> datetime:
    """Return the computer's time, also while the cloud room shows moto this clock's time."""
    machine = sys.modules.get("time_machine")
    if machine and machine.escape_hatch.is_travelling():
        return machine.escape_hatch.datetime.datetime.now(UTC)
    return datetime.now(UTC)


def _aware(moment: datetime | str) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
