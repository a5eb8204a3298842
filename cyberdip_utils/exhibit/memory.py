"""What exhibits remember of recent states, within a limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Recent:
    """The most recently used results, up to a total weight. Safe for threads."""

    def __init__(self, limit: int):
        self.limit, self.weight = limit, 0
        self._held: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The result of this key, or None."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: Hashable, value: Any, weight: int = 1) -> None:
        """Remember a result; the oldest go when the limit is passed."""
        with self._lock:
            if key in self._held:
                self.weight -= self._held.pop(key)[1]
            self._held[key] = (value, weight)
            self.weight += weight
            while self.weight > self.limit and len(self._held) > 1:
                self.weight -= self._held.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.weight = 0
