"""What changed between two handbooks: items that came, went or changed, and which of their elements.

Editions are read one by one and not kept: a handbook may hold hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.catalog.definition import ItemDefinition
from portal.catalog.handbook_chapters import ADDED, CHANGED, REMOVED
from portal.catalog.models import Edition

Contents = list[dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """One element: what it is called, 新增, 修改 or 取消, and both texts."""

    kind: str
    element: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemChange:
    """One item between two handbooks; `before` and `after` are edition numbers, None where it is missing."""

    kind: str
    code: str
    name: str
    before: int | None
    after: int | None
    changes: list[Change] = field(default_factory=list)

    @property
    def elements(self) -> str:
        """The changed elements in one line, each once."""
        found = list(dict.fromkeys(change.element for change in self.changes))
        return "、".join(found[:8]) + (f"等{len(found)}处" if len(found) > 8 else "") or "整个事项"


def definition_of(edition: int) -> ItemDefinition:
    """The definition of an edition, parsed anew: what is kept per process would grow with the handbook."""
    return ItemDefinition.model_validate(Edition.objects.values_list("definition", flat=True).get(pk=edition))


def changes_between(old: ItemDefinition, new: ItemDefinition, names: dict[str, str]) -> list[Change]:
    """Element by element, in the order of the definition."""
    found = []
    for name, field_ in ItemDefinition.model_fields.items():
        a, b = getattr(old, name), getattr(new, name)
        if a != b:
            found.append(Change(CHANGED, field_.title or name, str(a), str(b)))
    return found


def item_changes(before: Contents, after: Contents, names: dict[str, str]) -> Iterator[ItemChange]:
    """In the order of the newer handbook; what went stands last. An item without a change is left out."""
    was = {row["code"]: row for row in before}
    for row in after:
        old = was.get(row["code"])
        if old is None:
            yield ItemChange(ADDED, row["code"], row["name"], None, row["number"])
        elif old["edition"] != row["edition"]:
            changes = changes_between(definition_of(old["edition"]), definition_of(row["edition"]), names)
            if changes:
                yield ItemChange(CHANGED, row["code"], row["name"], old["number"], row["number"], changes)
    kept = {row["code"] for row in after}
    for row in before:
        if row["code"] not in kept:
            yield ItemChange(REMOVED, row["code"], row["name"], row["number"], None)


def summary(kinds: Sequence[str]) -> str:
    """新增1项，修改2项，取消1项."""
    counts = [(kind, kinds.count(kind)) for kind in (ADDED, CHANGED, REMOVED)]
    return "，".join(f"{kind}{count}项" for kind, count in counts if count)
