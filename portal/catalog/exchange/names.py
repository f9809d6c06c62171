"""Departments and zones by the names people write; files speak names, definitions speak codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.catalog.items.models import ServiceItem
from portal.organisations.models import Organisation, Zone


@dataclass(frozen=True)
class Names:
    """`departments` and `zones`: code → name. `spellings`: everything a department is called → code.

    `standing` are the codes of the departments that exist today; others are known and may no longer be chosen.
    `prefix_zones`: the letters that codes of items begin with → the zones in which items of such codes are taken in.
    `files` are the numbers of the public files there are; None when nobody has looked.
    """

    departments: Mapping[str, str]
    zones: Mapping[str, str]
    spellings: Mapping[str, str] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()
    files: frozenset[int] | None = None
    prefix_zones: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def department(self, code: str) -> str:
        """How a department is written: by its name when that name leads back to it, otherwise by its code."""
        name = self.departments.get(code, code)
        return name if self.department_code(name) == code else code

    def department_code(self, written: str) -> str:
        """The code for what somebody wrote; what nobody is called comes back as it was."""
        return written if written in self.departments else self.spellings.get(written, written)

    def zone(self, code: str) -> str:
        name = self.zones.get(code, code)
        return name if self.zone_code(name) == code else code

    def zone_code(self, written: str) -> str:
        if written in self.zones:
            return written
        found = [code for code, name in self.zones.items() if name == written]
        return found[0] if len(found) == 1 else written


def spellings(bodies: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Name → code, from (code, its names); a name that two bodies bear leads nowhere."""
    pairs = {(name, code) for code, names in bodies for name in names if name}
    bearers = Counter(name for name, _ in pairs)
    return {name: code for name, code in pairs if bearers[name] == 1}


def known_names() -> Names:
    """The names in the database."""
    bodies = list(Organisation.objects.order_by("code"))
    return Names(
        departments={body.code: body.short_name for body in bodies},
        zones=dict(Zone.objects.order_by("order", "code").values_list("code", "name")),
        spellings=spellings((body.code, (body.short_name, body.full_name, *body.aliases)) for body in bodies),
        standing=frozenset(Organisation.objects.standing().values_list("code", flat=True)),
        prefix_zones=_prefix_zones(),
    )


def prefix_of(code: str) -> str:
    """TZ of TZ-01."""
    return code.partition("-")[0]


def _prefix_zones() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code, zone in ServiceItem.objects.values_list("code", "zone__code"):
        found.setdefault(prefix_of(code), set()).add(zone)
    return {prefix: frozenset(zones) for prefix, zones in found.items()}
