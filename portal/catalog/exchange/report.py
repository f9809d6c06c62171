"""What a file holds and what importing it would do: row by row, with the place of everything that is wrong."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from portal.catalog.exchange.names import Names
from portal.catalog.exchange.references import dangling
from portal.catalog.judging.findings import Finding, path_of
from portal.catalog.judging.preflight import preflight
from portal.catalog.schema.definition import Definition, ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition

Path = tuple[str | int, ...]
D = TypeVar("D", bound=Definition)
LONGEST_ECHO = 30


def clip(value: object) -> str:
    """What somebody wrote, short enough to stand in a sentence, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (“申报材料”C5单元格, 第120行) and a full sentence."""

    place: str
    message: str
    blocks: bool = False
    """Of a hint: whether publishing is refused as long as it stands."""

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


NAMED = 3
"""So many places of one and the same mistake are named."""
_NUMBERED = re.compile(r"第\d+项的?")


def grouped(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each sentence once: what is wrong in more than a few places names the first of them and how many there are."""
    alike: dict[tuple[str, bool], list[Problem]] = {}
    for problem in dict.fromkeys(problems):
        alike.setdefault((_NUMBERED.sub("", problem.message), problem.blocks), []).append(problem)
    return tuple(one for (message, _), same in alike.items() for one in _named(message, same))


def _named(message: str, same: list[Problem]) -> list[Problem]:
    if len(same) <= NAMED:
        return same
    places = "、".join(problem.place for problem in same[:NAMED])
    return [Problem(f"{places}等", f"{message}同样的问题共{len(same):,}处。", same[0].blocks)]


def _nowhere(path: Path) -> str:
    return ""


@dataclass
class Draft:
    """One item as the file has it. `definition` is None when its shape is wrong; then `problems` say why.

    `where` turns the path of an element into its place in the file.
    """

    code: str
    name: str
    place: str
    definition: ItemDefinition | None
    problems: list[Problem] = field(default_factory=list)
    where: Callable[[Path], str] = _nowhere


@dataclass(frozen=True)
class Entry:
    """One item of a file that is not made yet: its code, its place, and what makes it."""

    code: str
    place: str
    draft: Callable[[], Draft] = field(repr=False)


@dataclass
class ThemeDraft:
    """One theme (一件事) as the file has it; `definition` is None when its shape is wrong; then `problems` say why."""

    code: str
    name: str
    place: str
    definition: ThemeDefinition | None
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Reading:
    """All items and themes of a file, and what is wrong with the file as such.

    A register is large, and an item takes ten times the room of its cells: it is made when it is asked for.
    """

    entries: deque[Entry] = field(default_factory=deque)
    problems: list[Problem] = field(default_factory=list)
    themes: list[ThemeDraft] = field(default_factory=list)

    @classmethod
    def refused(cls, place: str, message: str) -> Reading:
        return cls(problems=[Problem(place, message)])

    def taken(self) -> Iterator[Draft]:
        """One item after another, in the order of the file; what it was made from is let go of."""
        while self.entries:
            yield self.entries.popleft().draft()


class Status(StrEnum):
    NEW = "新增"
    CHANGED = "修改"
    SAME = "不变"
    WRONG = "有误"


@dataclass(frozen=True)
class Row:
    """What importing does with one item or theme. Hints are about publishing later: those that block it come first."""

    code: str
    name: str
    place: str
    status: Status
    problems: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()
    definition: ItemDefinition | None = field(default=None, repr=False)
    theme: ThemeDefinition | None = field(default=None, repr=False)

    @property
    def blocking(self) -> int:
        """How many of the hints stand in the way of publishing."""
        return sum(hint.blocks for hint in self.hints)


@dataclass(frozen=True)
class Report:
    """The whole answer; importing is refused as long as anything in it is wrong."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    themes: tuple[Row, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.problems and all(row.status != Status.WRONG for row in (*self.rows, *self.themes))

    def count(self, status: Status) -> int:
        """Of the items."""
        return sum(row.status == status for row in self.rows)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(status.value, self.count(status)) for status in Status]

    @property
    def summary(self) -> str:
        """How many items, and how many themes where there are any, of which kind."""
        return _summary(self.rows, "事项") + (_summary(self.themes, "一件事") if self.themes else "")

    @property
    def digest(self) -> str:
        """The same for two reports that say the same, hex; a person confirms what they have read."""
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()

    def lines(self) -> Iterator[str]:
        """The report as text, one line for each row and each thing that is wrong."""
        for problem in self.problems:
            yield f"错误　{problem}"
        for row in (*self.rows, *self.themes):
            yield f"{row.status.value}　{row.code}　{clip(row.name)}　（{row.place}）"
            for problem in row.problems:
                yield f"　　错误　{problem}"
            if row.changes:
                yield f"　　修改内容：{'、'.join(row.changes)}"
            for hint in row.hints:
                yield f"　　{'发布前必须改正' if hint.blocks else '提示'}　{hint}"
        yield self.summary


def _summary(rows: tuple[Row, ...], what: str) -> str:
    """共2个事项：新增1个，…。"""
    numbers = "，".join(f"{status.value}{sum(row.status == status for row in rows)}个" for status in Status)
    return f"共{len(rows)}个{what}：{numbers}。"


Existing = Mapping[str, ItemDefinition | None]
"""The latest draft by item code; None stands for an unfinished one that makes no definition yet."""
Settle = Callable[[ItemDefinition], tuple[ItemDefinition, list[tuple[Path, str]]]]
"""What will be kept of a definition, and the elements that cannot be kept with the sentence that says why."""
Advise = Callable[[ItemDefinition], Iterable[Finding]]
"""What stands against publishing a definition, or is worth a second look."""
SETTLED = "保存时会按规则调整（容缺后补随必要性，牵头随实施主体，空白的内容省去）。"


def _as_it_is(item: ItemDefinition) -> tuple[ItemDefinition, list[tuple[Path, str]]]:
    return item, []


def judge(
    reading: Reading,
    names: Names,
    existing: Existing,
    *,
    settle: Settle = _as_it_is,
    advise: Advise | None = None,
    keep: bool = True,
) -> Report:
    """What importing would do, row by row; without `advise`, the preflight's own findings are the hints.

    The items are taken from the `reading`. The rows have their definitions only with `keep`.
    """
    if advise is None:
        advise = partial(preflight, departments=names.standing, zones=names.zones)
    places: dict[str, list[str]] = {}
    for entry in reading.entries:
        places.setdefault(entry.code, []).append(entry.place)
    rows = []
    for draft in reading.taken():
        problems = [*_twice(draft, places[draft.code]), *draft.problems, *_references(draft, names)]
        row = _row(draft, problems, existing, settle, advise)
        rows.append(row if keep else replace(row, definition=None))
    return Report(tuple(rows), grouped(reading.problems))


def _twice(draft: Draft, places: list[str]) -> Iterator[Problem]:
    if draft.code and len(places) > 1:
        yield Problem(draft.place, f"事项编码{clip(draft.code)}重复：{'、'.join(places)}。请只保留一个。")


def _references(draft: Draft, names: Names) -> Iterator[Problem]:
    if draft.definition is not None:
        for path, sentence in dangling(draft.definition, names):
            yield Problem(draft.where(path) or draft.place, sentence)


def _row(draft: Draft, problems: list[Problem], existing: Existing, settle: Settle, advise: Advise) -> Row:
    definition = draft.definition
    if definition is not None and not problems:
        settled, unkept = settle(definition)
        problems = [Problem(draft.where(path) or draft.place, sentence) for path, sentence in unkept]
    if problems or definition is None:
        return Row(draft.code, draft.name, draft.place, Status.WRONG, grouped(problems))
    status, changes = difference(settled, existing)
    if status == Status.SAME:
        return Row(draft.code, draft.name, draft.place, status, definition=definition)
    hints = list(_hints(draft, settled, advise))
    if settled != definition:
        hints.append(Problem(draft.place, f"{'、'.join(_changes(definition, settled))}{SETTLED}"))
    ordered = sorted(hints, key=lambda hint: not hint.blocks)
    return Row(draft.code, draft.name, draft.place, status, (), grouped(ordered), changes, definition)


def _hints(draft: Draft, settled: ItemDefinition, advise: Advise) -> Iterator[Problem]:
    for finding in advise(settled):
        place = draft.where(path_of(finding.field)) or draft.place
        yield Problem(place, finding.told, finding.blocks)


def difference(definition: D, existing: Mapping[str, D | None]) -> tuple[Status, tuple[str, ...]]:
    """Whether importing changes anything, and the titles of the elements that would be others."""
    if definition.code not in existing:
        return Status.NEW, ()
    before = existing[definition.code]
    if before is None:
        return Status.CHANGED, ("原来的草稿不完整，全部内容以文件为准",)
    changes = tuple(_changes(before, definition))
    return (Status.CHANGED, changes) if changes else (Status.SAME, ())


def _changes(before: D, after: D) -> Iterator[str]:
    """Titles of the elements that differ; a list whose length changes says so."""
    for name, field_info in type(after).model_fields.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            longer = isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new)
            yield f"{field_info.title}（{len(old)}项改为{len(new)}项）" if longer else str(field_info.title)
