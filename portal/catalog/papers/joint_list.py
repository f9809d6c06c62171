"""What to bring for a theme altogether: the lists of its items as one, each material named once.

How many originals and copies each department keeps is said item by item; nobody's demand is added up or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.catalog.papers.item_papers import copies_text
from portal.catalog.schema.bringing import Mark, marks
from portal.catalog.schema.definition import ItemDefinition


@dataclass
class JointMaterial:
    """One material by its name; `marks` hold for every use; `uses` are (item name, copies) in the theme's order."""

    name: str
    marks: list[Mark]
    uses: list[tuple[str, str]] = field(default_factory=list)


def joint_materials(definitions: Iterable[ItemDefinition]) -> list[JointMaterial]:
    """All materials of these items, in order of first mention.

    A mark holds for the whole line only when it holds for every item: what is fetched for one of them only is brought.
    """
    found: dict[str, JointMaterial] = {}
    for definition in definitions:
        for material in definition.materials:
            line = found.setdefault(material.name, JointMaterial(material.name, marks(material)))
            line.uses.append((definition.name, copies_text(material)))
            line.marks = [mark for mark in line.marks if mark in marks(material)]
    return list(found.values())
