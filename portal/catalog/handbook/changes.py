"""What changed between two handbooks: items that came, went or changed, and which of their elements.

Which items may have changed is told by the hash of their editions; those editions are read one by one and not kept,
because a handbook may hold hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.catalog.editions.compare import Difference, differences
from portal.catalog.handbook.chapters import ADDED, CHANGED, REMOVED
from portal.catalog.items.models import Edition
from portal.catalog.schema.definition import ItemDefinition

Row = dict[str, Any]
"""One item of a handbook: `code`, `name`, `edition` (pk) and `number`."""
MOST_NAMED = 8
WHOLE_ITEM = "整个事项"


@dataclass(frozen=True)
class ItemChange:
    """One item between two handbooks: 新增, 修改 or 取消. `before` and `after` are None where it is missing."""

    kind: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The item as the newer handbook has it, or the last one that had it."""
        return self.after or self.before or {}

    @property
    def code(self) -> str:
        return str(self.row["code"])

    @property
    def name(self) -> str:
        return str(self.row["name"])

    def differences(self, names: Mapping[str, str]) -> list[Difference]:
        """Element by element; empty for an item that came or went as a whole."""
        if self.before is None or self.after is None:
            return []
        return differences(definition_of(self.before["edition"]), definition_of(self.after["edition"]), names)


def definition_of(edition: int) -> ItemDefinition:
    """The definition of an edition, parsed anew: what is kept per process would grow with the handbook."""
    return ItemDefinition.model_validate(Edition.objects.values_list("definition", flat=True).get(pk=edition))


def item_changes(before: Sequence[Row], after: Sequence[Row]) -> list[ItemChange]:
    """In the order of the newer handbook; what went stands last. An item of the same content is left out."""
    was, kept = {row["code"]: row for row in before}, {row["code"] for row in after}
    hashes = dict(
        Edition.objects.filter(pk__in={row["edition"] for row in (*before, *after)}).values_list("pk", "sha256")
    )
    found = []
    for row in after:
        old = was.get(row["code"])
        if old is None:
            found.append(ItemChange(ADDED, None, row))
        elif hashes.get(old["edition"]) != hashes.get(row["edition"]) and _differ(old, row):
            found.append(ItemChange(CHANGED, old, row))
    return found + [ItemChange(REMOVED, row, None) for row in before if row["code"] not in kept]


def _differ(old: Row, new: Row) -> bool:
    """Editions of other bytes may say the same: what is a set was once kept in any order."""
    return definition_of(old["edition"]).digest() != definition_of(new["edition"]).digest()


def elements_of(found: Iterable[Difference]) -> str:
    """The elements that differ in one line, each once; 整个事项 when nothing is said about any."""
    titles = list(dict.fromkeys(ItemDefinition.model_fields[one.element].title or one.element for one in found))
    more = f"等{len(titles)}处" if len(titles) > MOST_NAMED else ""
    return "、".join(titles[:MOST_NAMED]) + more or WHOLE_ITEM


def summary(changes: Sequence[ItemChange]) -> str:
    """新增1项，修改2项，取消1项; empty when nothing changed."""
    kinds = [change.kind for change in changes]
    counts = [(kind, kinds.count(kind)) for kind in (ADDED, CHANGED, REMOVED)]
    return "，".join(f"{kind}{count}项" for kind, count in counts if count)
