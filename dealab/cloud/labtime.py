"""moto sees the lab's time: while a call is answered, the wall clock shows ``lab.clock``.

Only when the clock was moved or stands; else everything sees the computer's time anyway. The wall
clock belongs to the whole process, so other threads see the lab's time, too, for as long as a call
lasts. ``time.monotonic``, on which threads wait, is left alone.
"""

import threading

from dealab.models.presigned import expired

_lock = threading.Lock()
_inside = 0
_journey = None
_installed = False


class LabTime:
    """``with LabTime(clock):`` the wall clock of this process shows the lab's time.

    Nested and overlapping uses are counted; the clock may be moved inside.
    """

    def __init__(self, clock):
        self.clock = clock if clock is not None and clock.moved else None

    def __enter__(self):
        global _inside, _journey
        if self.clock is None:
            return
        import time_machine

        with _lock:
            _inside += 1
            if _inside == 1:
                clock = self.clock
                _journey = time_machine.travel(clock.time(), tick=False)
                # Asked at each reading, so that a move inside a call is seen.
                _journey.start().time_ns = lambda: round(clock.time() * 1e6) * 1000

    def __exit__(self, *error):
        global _inside
        if self.clock is not None:
            with _lock:
                _inside -= 1
                if _inside == 0:
                    _journey.stop()


def install(lab_of) -> None:
    """Hook into moto's front door and into what signs URLs. ``lab_of()``: the Lab, or None."""
    global _installed
    if _installed:
        return
    _installed = True
    from botocore.signers import RequestSigner, S3PostPresigner
    from moto.core.botocore_stubber import BotocoreStubber

    def clock():
        lab = lab_of()
        return lab.clock if lab else None

    def in_lab_time(owner, name):
        original = getattr(owner, name)

        def timed(self, *args, **kwargs):
            with LabTime(clock()):
                return original(self, *args, **kwargs)

        timed.__name__ = name
        setattr(owner, name, timed)

    answer = BotocoreStubber.process_request

    def process_request(self, request):
        running = clock()
        refusal = running and expired(request.url, running.now())
        return refusal or answer(self, request)

    BotocoreStubber.process_request = process_request
    in_lab_time(BotocoreStubber, "process_request")
    in_lab_time(RequestSigner, "generate_presigned_url")
    in_lab_time(S3PostPresigner, "generate_presigned_post")
    _waiters(clock)


def _waiters(clock_of) -> None:
    """Between two looks, a waiter lets the lab's time pass and nobody waits."""
    import time

    import botocore.waiter

    class Waits:
        @staticmethod
        def sleep(seconds: float) -> None:
            clock = clock_of()
            clock.move(seconds=seconds) if clock is not None else time.sleep(seconds)

        def __getattr__(self, name):
            return getattr(time, name)

    botocore.waiter.time = Waits()
