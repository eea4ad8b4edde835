"""Public holidays of a country or a part of it, with days of one's own added and others taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import holidays


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The days that count as holidays.

    Attributes:
        public: those of a country, as the `holidays` library knows them.
        own: further dates and their names.
        yearly: (month, day) of further dates that come back every year, and their names.
        working: dates that are no holiday after all.
    """

    public: holidays.HolidayBase | None = None
    own: Mapping[date, str] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], str] = field(default_factory=dict)
    working: frozenset[date] = frozenset()

    def name_on(self, day: date) -> str | None:
        """Return the name of the holiday on a date, or None on a day like any other."""
        if day in self.working:
            return None
        name = self.own.get(day) or self.yearly.get((day.month, day.day))
        if name is None and self.public is not None:
            name = self.public.get(day)
        return name


def public_holidays(country: str, subdivision: str | None = None) -> holidays.HolidayBase:
    """Return the public holidays of a country.

    Args:
        country: ISO 3166-1 code, such as ``DE``.
        subdivision: code of a state or province, such as ``BY``, or None for the country as a whole.

    Raises:
        ValueError: there is no such country or subdivision; the message says which there are.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"no holidays are known for country {country!r}{_hint(country, list(known))}")
    try:
        return holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        places = known[country]
        raise ValueError(
            f"{country} has no subdivision {subdivision!r}{_hint(subdivision or '', places)}; "
            f"known are {', '.join(places) or 'none'}"
        ) from error


def _hint(text: str, known: list[str]) -> str:
    close = get_close_matches(text.upper(), known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
