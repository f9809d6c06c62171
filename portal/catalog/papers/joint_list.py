"""What to bring for a theme altogether: the lists of its items as one, each material named once.

How many originals and copies each department keeps is said item by item; nobody's demand is added up or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.catalog.papers.item_papers import copies_text
from portal.catalog.schema.definition import ItemDefinition


@dataclass
class JointMaterial:
    """One material by its name; `uses` are (item name, copies) in the order of the theme."""

    name: str
    shared: bool = True
    later: bool = True
    depends: bool = True
    uses: list[tuple[str, str]] = field(default_factory=list)


def joint_materials(definitions: Iterable[ItemDefinition]) -> list[JointMaterial]:
    """All materials of these items, in order of first mention.

    A mark holds for the whole line only when it holds for every item: `shared` need not be brought for any of them,
    `later` may follow for all, `depends` is always a matter of the situation.
    """
    found: dict[str, JointMaterial] = {}
    for definition in definitions:
        for material in definition.materials:
            line = found.setdefault(material.name, JointMaterial(material.name))
            line.uses.append((definition.name, copies_text(material)))
            line.shared &= material.shareable
            line.later &= material.may_follow
            line.depends &= bool(material.when)
    return list(found.values())
