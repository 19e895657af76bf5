"""Threads that take turns: one runs until it waits, then the next, on the lab's clock.

Code written for threads (``Thread``, ``Event.wait(timeout)``, ``sleep``) runs here the same way
every time and without waiting for real: only one thread runs, in the order of who started whom, and
a timeout ends when the lab's clock gets there.

    turns = Turns(clock)
    turns.thread(work).start()
    turns.run()                # until every thread has ended or waits
    clock.move(hours=1)        # whoever waited for less than an hour goes on

What this leaves out: threads that spin without waiting never give their turn back.
"""

import contextlib
import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import timedelta


class Stopped(BaseException):
    """Thrown into threads that still wait when the lab ends."""


class Turns:
    """Threads that take turns.

    ``may_run()`` says whether this is a place where they may run, and ``around()`` makes a context
    manager that they run in.
    """

    def __init__(
        self,
        clock,
        may_run: Callable[[], bool] = lambda: True,
        around: Callable = contextlib.nullcontext,
    ):
        self.clock, self.may_run, self.around = clock, may_run, around
        self.closed = False
        self.failures: list[BaseException] = []  # of threads; the next run() raises them
        self._here = threading.local()
        self._busy = threading.Lock()
        self._ready: list[tuple[tuple, int, Turn]] = []
        self._waiting: dict[Turn, None] = {}
        self._numbers = itertools.count()
        clock.on(self._due, lambda moment: self.run())

    def thread(self, target: Callable, args: tuple = (), **_named) -> "Turn":
        """Return a thread, not yet started, as ``threading.Thread`` would be."""
        return Turn(self, target, args)

    def event(self) -> "Event":
        """Return an event that works as ``threading.Event`` does."""
        return Event(self)

    def sleep(self, seconds: float) -> None:
        """Wait until ``seconds`` of the lab's time have passed."""
        if self.current is not None:
            self.event().wait(max(seconds, 0))

    def look_again(self, seconds: float, longest: float = 60) -> None:
        """Wait before another look at something slow: ``seconds``, then longer each time."""
        turn = self.current
        if turn is not None:
            turn.patience = min(max(seconds, turn.patience * 1.5), longest)
            self.sleep(turn.patience)

    @property
    def current(self) -> "Turn | None":
        """The thread of these turns that is running here, or None for any other thread."""
        return getattr(self._here, "turn", None)

    def number(self) -> int:
        """Return a number that no other call got, the same ones in every run."""
        return next(self._numbers)

    def run(self) -> None:
        """Let every thread that can go on do so, until all have ended or wait.

        Raises what a thread ended with, so that no failure is lost.
        """
        while self._pending() and self.may_run() and self._busy.acquire(blocking=False):
            try:
                with self.around():
                    while self._pending():
                        heapq.heappop(self._ready)[-1]._go()
            finally:
                self._busy.release()
            if self.failures:
                raise self.failures.pop()

    def due(self):
        """Return the moment at which the next thread stops waiting, or None."""
        return min((turn.until for turn in self._waiting if turn.until), default=None)

    def close(self) -> None:
        """End every thread that still waits."""
        self.closed = True
        while self._waiting or self._ready:
            for turn in list(self._waiting):
                self._wake(turn, True)
            while self._ready:
                heapq.heappop(self._ready)[-1]._go()

    def _pending(self) -> bool:
        """Say whether anybody can go on. If nobody is ready, wake whose time has come.

        The earliest deadline first, and what follows from it: time may have passed by itself, and
        several deadlines with it.
        """
        if not self._ready and self._waiting:
            now, first = self.clock.now(), self.due()
            for turn in list(self._waiting):
                if first is not None and turn.until == first <= now:
                    self._wake(turn, False)
        return bool(self._ready)

    def _due(self, after):
        return min((t.until for t in self._waiting if t.until and t.until > after), default=None)

    def _wake(self, turn: "Turn", answer: bool) -> None:
        if self._waiting.pop(turn, turn) is None:
            turn.answer = answer
            self._make_ready(turn)

    def _make_ready(self, turn: "Turn") -> None:
        heapq.heappush(self._ready, (turn.path, next(self._numbers), turn))


class Turn:
    """One thread. Its real thread starts with its first turn."""

    daemon = True

    def __init__(self, turns: Turns, target: Callable, args: tuple):
        self._turns, self._target, self._args = turns, target, args
        self._children = 0
        self._real: threading.Thread | None = None
        self._mine, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._done = Event(turns)
        self.path: tuple = ()
        self.until = None  # the moment at which it stops waiting
        self.answer = False
        self.patience = 0.0
        self.native_id = None

    def start(self) -> None:
        parent = self._turns.current
        if parent is None:
            self.path = (next(self._turns._numbers),)
        else:
            parent._children += 1
            self.path = (*parent.path, parent._children)
        self._turns._make_ready(self)

    def join(self, timeout: float | None = None) -> None:
        self._done.wait(timeout)

    def is_alive(self) -> bool:
        return not self._done.is_set()

    def _go(self) -> None:
        """Give the turn to this thread and wait until it gives it back."""
        if self._real is None:
            if self._turns.closed:
                return
            self._real = threading.Thread(target=self._body, daemon=True)
            self._real.start()
        self._mine.release()
        self._back.acquire()

    def _body(self) -> None:
        self._mine.acquire()
        self._turns._here.turn = self
        try:
            self._target(*self._args)
        except Stopped:
            pass
        except BaseException as failure:
            self._turns.failures.append(failure)
        finally:
            self._done.set()
            self._back.release()

    def _wait(self, timeout: float | None) -> bool:
        turns = self._turns
        if turns.closed:
            raise Stopped
        self.until = None if timeout is None else _later(turns.clock.now(), timeout)
        turns._waiting[self] = None
        self._back.release()
        self._mine.acquire()
        if turns.closed:
            raise Stopped
        return self.answer


class Event:
    """As ``threading.Event``; outside these threads ``wait`` lets them run and never blocks."""

    def __init__(self, turns: Turns):
        self._turns, self._set = turns, False
        self._waiters: list[Turn] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiters, self._waiters = self._waiters, []
        now = self._turns.clock.now() if waiters else None
        for turn in waiters:  # the setter may have taken longer than somebody wanted to wait
            self._turns._wake(turn, turn.until is None or now <= turn.until)

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        if self._set:
            return True
        turn = self._turns.current
        if turn is None:
            self._turns.run()
            return self._set
        self._waiters.append(turn)
        answered = turn._wait(timeout)
        if turn in self._waiters:
            self._waiters.remove(turn)
        return answered


def _later(now, seconds: float):
    try:
        return now + timedelta(seconds=float(seconds))
    except OverflowError:
        return None
