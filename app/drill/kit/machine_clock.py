"""A machine whose clock a test sets, while its steady clock goes on, for a service in the test's own process.

clock = MachineClock()
with serve(config, data, world=clock.world) as service:
    clock.set_by(-3600.0)     # somebody set the clock back
    clock.wait(130.0)         # two minutes pass
"""

import time

from app.asgi import World

TICKS_S = 0.4
"""In this real time the service has looked at its clocks at least once."""


class MachineClock:
    """Both of its clocks, ahead of the real ones; or the first at another time to begin with, UTC epoch seconds."""

    def __init__(self, starts: float | None = None) -> None:
        self._set_s = 0.0 if starts is None else starts - time.time()
        self._passed_s = 0.0

    @property
    def world(self) -> World:
        """The world in which it is the clock."""
        return World(clock=self.now, steady=self.steady)

    def now(self) -> float:
        """What the machine says the time is."""
        return time.time() + self._set_s + self._passed_s

    def steady(self) -> float:
        """Seconds, by the clock that is never set."""
        return time.monotonic() + self._passed_s

    def set_by(self, seconds: float) -> None:
        """Set the clock, and wait until the service has seen it."""
        self._set_s += seconds
        time.sleep(TICKS_S)

    def wait(self, seconds: float) -> None:
        """Have that much time pass, and the service see it."""
        self._passed_s += seconds
        time.sleep(TICKS_S)
