"""When the shop's day begins and ends: by its own clock, summer time included, and not always at midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from store_layout.model import StoreLayout

ONE_DAY = timedelta(days=1)


class BusinessDays(msgspec.Struct, frozen=True):
    """The shop's calendar. A day goes by the date on which it begins."""

    time_zone: str = "UTC"
    """IANA name."""
    starts: str = "00:00"
    """``HH:MM``, by the shop's clock: what is sold before it belongs to the day before."""

    @classmethod
    def of(cls, layout: StoreLayout) -> BusinessDays:
        """As the store folder has it."""
        return cls(layout.file.store.time_zone, layout.file.store.day_starts)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.time_zone)

    def begins(self, day: date) -> float:
        """When a day begins, seconds since the epoch.

        A time that the clock shows twice is the first of the two; one that it leaves out is an hour later.
        """
        return datetime.combine(day, time.fromisoformat(self.starts), self.zone).timestamp()

    def bounds(self, day: date) -> tuple[float, float]:
        """From when to when (exclusive) a day is, seconds since the epoch: 23 to 25 hours apart."""
        return self.begins(day), self.begins(day + ONE_DAY)

    def day_of(self, t: float) -> date:
        """The day that a moment belongs to."""
        found = datetime.fromtimestamp(t, UTC).astimezone(self.zone).date()
        return found if t >= self.begins(found) else found - ONE_DAY

    def hour_of(self, t: float) -> int:
        """The hour that the shop's clock shows, 0 to 23."""
        return datetime.fromtimestamp(t, UTC).astimezone(self.zone).hour

    def hours(self) -> tuple[int, ...]:
        """The hours of a day in the order in which they come."""
        first = time.fromisoformat(self.starts).hour
        return tuple((first + n) % 24 for n in range(24))


def days_between(first: date, last: date) -> tuple[date, ...]:
    """All days from ``first`` to ``last``, both included."""
    return tuple(first + n * ONE_DAY for n in range((last - first).days + 1))
