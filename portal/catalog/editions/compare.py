"""What is different between two definitions of an item, element by element, in words.

Entries of a list are matched by their key; where they have none, by what names them (a result by its name, a question
by its text), and plain texts by their content. Equal values never differ, whatever the words around them have become.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from portal.catalog.judging.findings import place_name, spelled
from portal.catalog.schema.basis import LegalBasis
from portal.catalog.schema.definition import (
    Faq,
    FileRef,
    Intermediary,
    ItemDefinition,
    Limit,
    ResultPaper,
    SpecialProcedure,
)
from portal.catalog.schema.questions import Part, When
from portal.catalog.schema.reading import named

Kind = Literal["added", "removed", "changed"]
Path = tuple[str | int, ...]

KIND_NAMES: dict[str, str] = {"added": "新增", "removed": "取消", "changed": "修改"}
NAMED_BY: dict[type[Part], tuple[str, ...]] = {
    LegalBasis: ("law", "document_number", "article"),
    ResultPaper: ("name",),
    SpecialProcedure: ("kind",),
    Intermediary: ("name",),
    Faq: ("question",),
}
"""What names an entry that has no key."""
WHOLE = (Limit, FileRef)
"""Parts that are read as one: 5个工作日 is not a value and a unit."""
SAID_FIRST = ("name", "label", "text", "law", "kind", "question")


@dataclass(frozen=True)
class Difference:
    """One element that differs. `path` leads into the new definition, for what is gone into the old one.

    `entry` names the entry of a list that it belongs to, such as the material; empty outside lists.
    """

    path: Path
    kind: Kind
    old: str
    new: str
    entry: str = ""
    reordered: bool = False

    @property
    def element(self) -> str:
        """The top element: `materials`."""
        return str(self.path[0])

    @property
    def field(self) -> str:
        """`materials[2].name`."""
        return spelled(self.path)

    @property
    def place(self) -> str:
        """The element in words: 申报材料第3项的受理标准（营业执照）."""
        name = place_name(self.path) + ("的次序" if self.reordered else "")
        return f"{name}（{self.entry}）" if self.entry else name

    @property
    def kind_name(self) -> str:
        return KIND_NAMES[self.kind]


def differences(
    old: ItemDefinition,
    new: ItemDefinition,
    names: Mapping[str, str] | None = None,
    *,
    departments: Mapping[str, str] | None = None,
    zones: Mapping[str, str] | None = None,
) -> list[Difference]:
    """Everything that differs, in the order of the definition; empty for equal ones.

    `names` gives the names of all codes, `departments` and `zones` those of one kind; a code that is in none of them
    stands for itself.
    """
    bodies, areas = {**(names or {}), **(departments or {})}, {**(names or {}), **(zones or {})}
    before, after = (_Words(one, bodies, areas) for one in (old, new))
    return list(_Comparison(before, after).parts((), old, new, ""))


@dataclass(frozen=True)
class _Words:
    """How the values of one definition read."""

    definition: ItemDefinition
    departments: Mapping[str, str]
    zones: Mapping[str, str]

    def text(self, owner: Part, name: str, value: Any) -> str:
        """A value in words; empty for what is empty. False is an answer and reads 否."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if value is None or value == "" or value == ():
            return ""
        if isinstance(value, tuple):
            between = "，并且" if name == "when" else "；" if isinstance(value[0], Part) else "、"
            return between.join(self.text(owner, name, one) for one in value)
        if isinstance(value, Part):
            return self.part(value)
        return named((type(owner), name), value, self.departments, self.zones)

    def part(self, part: Part) -> str:
        """A part as one sentence: what names it, then what else it says."""
        if isinstance(part, Limit):
            return part.days_text() + (f"（{part.note}）" if part.note else "")
        if isinstance(part, FileRef):
            return part.title or f"文件{part.document}"
        if isinstance(part, When):
            return self.definition.condition_text(part)
        said = []
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            text = "" if name == "key" or value is False or value == 0 else self.text(part, name, value)
            if text:
                said.append(text if name in SAID_FIRST else f"{field.title or ''}：{text}".lstrip("："))
        return "；".join(said)


@dataclass(frozen=True)
class _Comparison:
    before: _Words
    after: _Words

    def parts(self, path: Path, old: Part, new: Part, entry: str) -> Iterator[Difference]:
        """Field by field; both are of one kind."""
        for name in type(new).model_fields:
            one, other = getattr(old, name), getattr(new, name)
            if one != other and name != "key":
                yield from self._field((*path, name), (old, one), (new, other), entry)

    def _field(self, path: Path, old: tuple[Part, Any], new: tuple[Part, Any], entry: str) -> Iterator[Difference]:
        name, one, other = str(path[-1]), old[1], new[1]
        if isinstance(one, tuple) and isinstance(other, tuple) and name != "when":
            yield from self._lists(path, old, new, entry)
        elif isinstance(one, Part) and isinstance(other, Part) and not isinstance(other, WHOLE):
            yield from self.parts(path, one, other, entry)
        else:
            said, says = self.before.text(old[0], name, one), self.after.text(new[0], name, other)
            yield Difference(path, "changed" if said and says else "added" if says else "removed", said, says, entry)

    def _lists(self, path: Path, old: tuple[Part, Any], new: tuple[Part, Any], entry: str) -> Iterator[Difference]:
        name = str(path[-1])
        were, are = _by_identity(old[1]), _by_identity(new[1])
        for at, (identity, value) in enumerate(are.items()):
            here = (*path, at)
            if identity not in were:
                yield Difference(here, "added", "", self.after.text(new[0], name, value), _named(value) or entry)
            elif isinstance(value, Part):
                yield from self.parts(here, were[identity], value, _named(value) or entry)
        for at, (identity, value) in enumerate(were.items()):
            if identity not in are:
                text = self.before.text(old[0], name, value)
                yield Difference((*path, at), "removed", text, "", _named(value) or entry)
        kept, keeps = [one for one in were if one in are], [one for one in are if one in were]
        if kept != keeps:
            said = "、".join(self._short(self.before, old[0], name, were[one]) for one in kept)
            says = "、".join(self._short(self.after, new[0], name, are[one]) for one in keeps)
            yield Difference(path, "changed", said, says, entry, reordered=True)

    @staticmethod
    def _short(words: _Words, owner: Part, name: str, value: Any) -> str:
        return _named(value) or words.text(owner, name, value)


def _by_identity(entries: tuple[Any, ...]) -> dict[tuple[Any, int], Any]:
    """Every entry under what it is matched by; the second of equal ones is another entry."""
    found: dict[tuple[Any, int], Any] = {}
    for entry in entries:
        identity, turn = _identity(entry), 0
        while (identity, turn) in found:
            turn += 1
        found[identity, turn] = entry
    return found


def _identity(entry: Any) -> Any:
    if not isinstance(entry, Part):
        return entry
    if hasattr(entry, "key"):
        return entry.key
    return tuple(getattr(entry, name) for name in NAMED_BY.get(type(entry), tuple(type(entry).model_fields)))


def _named(entry: Any) -> str:
    """What people call an entry; empty for a plain text and for a stage, which has no name."""
    for name in SAID_FIRST:
        text = getattr(entry, name, "")
        if isinstance(entry, Part) and text:
            return str(text)
    return ""
