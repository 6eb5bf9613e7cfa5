"""How a long run shows that it is alive: in the terminal, in admin, and by renewing its lease."""

from __future__ import annotations

import time
from collections.abc import Callable

from recommendations.choices import Phase
from recommendations.models import ModelVersion
from recommendations.services.leases import Lease

#: Called with the phase and the share of the whole run that is done, from 0 to 1.
Listener = Callable[[Phase, float], None]

SECONDS_BETWEEN_WRITES = 1.0


class RunProgress:
    """Writes phase and percentage to the version, at most once a second."""

    def __init__(self, version: ModelVersion, lease: Lease, listener: Listener | None) -> None:
        self._version = version
        self._lease = lease
        self._listener = listener
        self._written = 0.0

    def __call__(self, phase: Phase, share: float) -> None:
        if self._listener:
            self._listener(phase, share)
        now = time.monotonic()
        if phase == self._version.phase and now - self._written < SECONDS_BETWEEN_WRITES:
            return
        self._written = now
        self._version.phase, self._version.progress = phase, int(100 * share)
        self._version.save(update_fields=["phase", "progress"])
        self._lease.renew()
