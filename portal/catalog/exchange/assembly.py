"""Records of one item, put together in the shape of the schema; remembers which row every part came from."""

from __future__ import annotations

from typing import Any

from portal.catalog.exchange.cells import Asked, CellProblem, Scope, fill_keys, split_conditions
from portal.catalog.exchange.layout import BY_ELEMENT, DESK_ROWS
from portal.catalog.exchange.records import Page, Record
from portal.catalog.exchange.report import Path, Problem

DESK_PATHS = {("part",), ("name",), ("performer",), ("limit_wd",), ()}
"""What the row of a step at the desk may fill in."""
LINES = ("conditions", "prohibitions")
PLAIN = ("legal_bases", "results", "special_procedures", "intermediaries", "faqs")


def nested(values: dict[tuple[str, ...], Any], skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """{("fee", "basis"): "…"} → {"fee": {"basis": "…"}}; the item code of a part's row has no place in it."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        if not path or path[0] in skip:
            continue
        part = found
        for name in path[:-1]:
            part = part.setdefault(name, {})
        part[path[-1]] = value
    return found


class Assembly:
    """One item in the making. `pages` by element; `parts` are this item's records by element, in file order."""

    def __init__(self, pages: dict[str, Page], item: Record, parts: dict[str, list[Record]]) -> None:
        self.pages = pages
        self.item = item
        self.parts = parts
        self.origins: dict[Path, tuple[str, int, tuple[str, ...]]] = {(): ("", item.number, ())}
        self.problems: list[Problem] = list(item.problems)
        for records in parts.values():
            for record in records:
                self.problems += record.problems

    def data(self) -> dict[str, Any]:
        """The item's data for the schema to judge."""
        data = nested(self.item.values)
        data.setdefault("promised_limit", {})
        for element in PLAIN:
            data[element] = [self._plain(element, number, record) for number, record in self._numbered(element)]
        for element in LINES:
            for number, record in self._numbered(element):
                self._came_from((element, number), element, record, ("text",))
            data[element] = [record.values.get(("text",), "") for record in self.parts[element]]
        data["questions"] = self._questions()
        data["form"] = self._form()
        scope = _scope(data)
        for number, part in enumerate(data["form"]):
            self._conditions(part, ("form", number), scope)
        data["materials"] = self._materials(scope)
        data["route"] = self._route(scope)
        return data

    def where(self, path: Path) -> str:
        """The place in the file of an element; the sheet when it names a whole list, the item's row otherwise."""
        for length in range(len(path), -1, -1):
            if origin := self.origins.get(path[:length]):
                element, row, prefix = origin
                rest = tuple(name for name in path[length:] if isinstance(name, str))
                return self._place(element, row, prefix, rest)
        return ""

    def _place(self, element: str, row: int, prefix: tuple[str, ...], rest: tuple[str, ...]) -> str:
        page = self.pages[element]
        if not element and rest and rest[0] in BY_ELEMENT:
            return f"“{BY_ELEMENT[rest[0]].title}”工作表"
        for path in ((*prefix, *rest), rest, rest[:1]):
            if any(cell.path == path for cell in page.columns.values()) and path:
                return page.place(row, path)
        return page.place(row)

    def _numbered(self, element: str) -> list[tuple[int, Record]]:
        return list(enumerate(self.parts[element]))

    def _came_from(self, path: Path, element: str, record: Record, prefix: tuple[str, ...] = ()) -> None:
        self.origins[path] = (element, record.number, prefix)

    def _object(self, element: str, record: Record, path: tuple[str, ...], sentence: str) -> None:
        self.problems.append(Problem(self.pages[element].place(record.number, path), sentence))

    def _plain(self, element: str, number: int, record: Record) -> dict[str, Any]:
        self._came_from((element, number), element, record)
        return nested(record.values)

    def _materials(self, scope: Scope) -> list[dict[str, Any]]:
        found = [self._plain("materials", number, record) for number, record in self._numbered("materials")]
        fill_keys(found, "m", 2)
        for number, part in enumerate(found):
            self._conditions(part, ("materials", number), scope)
        return found

    def _conditions(self, part: dict[str, Any], path: Path, scope: Scope) -> None:
        """The text of the conditions becomes conditions, now that the questions are known."""
        written = part.pop("when", None)
        if written is None:
            return
        try:
            part["when"] = split_conditions(written, scope)
        except CellProblem as problem:
            self.problems.append(Problem(self.where((*path, "when")), str(problem)))

    # 情形

    def _questions(self) -> list[dict[str, Any]]:
        """A row with a new key, or with a text and no key, begins a question; the others add answers."""
        found: list[dict[str, Any]] = []
        by_key: dict[str, int] = {}
        current = -1
        for record in self.parts["questions"]:
            values = record.values
            key = _key(values.get(("key",), ""), "q")
            begins = key not in by_key if key else self._is_another(found, current, values)
            if begins:
                current = len(found)
                if key:
                    by_key[key] = current
                found.append({**nested(values, ("key", "choice")), "key": key, "choices": []})
                self._came_from(("questions", current), "questions", record)
            elif key:
                current = by_key[key]
            if current < 0:
                self._object("questions", record, ("text",), "没有填写问题。")
                continue
            if not begins:
                self._same_head(found[current], record)
            self._answer(found[current], current, record)
        fill_keys(found, "q")
        for question in found:
            fill_keys(question["choices"], "a")
        return found

    @staticmethod
    def _is_another(found: list[dict[str, Any]], current: int, values: dict[tuple[str, ...], Any]) -> bool:
        """A row without a key that repeats the text above it, as a merged cell does, belongs to the same question."""
        return ("text",) in values and (current < 0 or values[("text",)] != found[current].get("text"))

    def _answer(self, question: dict[str, Any], number: int, record: Record) -> None:
        choice = nested(record.values).get("choice", {})
        if choice:
            self._came_from(
                ("questions", number, "choices", len(question["choices"])), "questions", record, ("choice",)
            )
            question["choices"].append(choice)

    def _same_head(self, question: dict[str, Any], record: Record) -> None:
        for name in ("text", "help", "multiple"):
            if (name,) in record.values and record.values[(name,)] != question.get(name):
                self._object("questions", record, (name,), "与这个问题第一行写的不一样；后面的行请留空。")

    # 申请表

    def _form(self) -> list[dict[str, Any]]:
        """A row with a column's key or name belongs to the field above it, or to the field whose key it bears."""
        found: list[dict[str, Any]] = []
        by_key: dict[str, int] = {}
        for record in self.parts["form"]:
            key = _key(record.values.get(("key",), ""), "f")
            part = nested(record.values)
            if "column" in part:
                number = by_key.get(key, -1) if key else len(found) - 1
                self._column(found, number, part, record)
                continue
            part["key"] = key
            by_key.setdefault(key, len(found))
            self._came_from(("form", len(found)), "form", record)
            found.append(part)
        fill_keys(found, "f")
        for field in found:
            fill_keys(field.get("columns", []), "c")
        return found

    def _column(self, found: list[dict[str, Any]], number: int, part: dict[str, Any], record: Record) -> None:
        if number < 0:
            self._object("form", record, ("key",), "这一列所属的字段要写在它前面。")
            return
        for name in ("label", "when"):
            if name in part:
                self._object("form", record, (name,), "列的这一格不填写。")
        columns = found[number].setdefault("columns", [])
        self._came_from(("form", number, "columns", len(columns)), "form", record, ("column",))
        own = {name: value for name, value in part.items() if name not in {"key", "label", "when", "column"}}
        columns.append({**own, **part["column"]})

    # 流程

    def _route(self, scope: Scope) -> dict[str, Any]:
        route: dict[str, Any] = {"stages": []}
        groups: dict[str, list[Record]] = {}
        for record in self.parts["route"]:
            part = record.values.get(("part",))
            if part == "stages":
                stage = _key(record.values.get(("stage", "key"), ""), "g")
                groups.setdefault(stage or f"?{record.number}", []).append(record)
            elif part is not None:
                self._desk_step(route, part, record)
            else:
                self._object("route", record, ("part",), f"没有填写环节，应当是：{'、'.join(DESK_ROWS.values())}。")
        for key, records in groups.items():
            route["stages"].append(self._stage(len(route["stages"]), key, records))
        fill_keys(route["stages"], "g")
        steps = [step for stage in route["stages"] for step in stage["steps"]]
        fill_keys(steps, "s")
        for i, stage in enumerate(route["stages"]):
            for j, step in enumerate(stage["steps"]):
                self._conditions(step, ("route", "stages", i, "steps", j), scope)
        return route

    def _desk_step(self, route: dict[str, Any], part: str, record: Record) -> None:
        if part in route:
            self._object("route", record, ("part",), f"“{DESK_ROWS[part]}”只能有一行。")
        for path in record.values:
            if path not in DESK_PATHS:
                self._object("route", record, path, f"“{DESK_ROWS[part]}”这一行不填写这一格。")
        route[part] = nested(record.values, ("part",))
        self._came_from(("route", part), "route", record)

    def _stage(self, number: int, key: str, records: list[Record]) -> dict[str, Any]:
        stage: dict[str, Any] = {"key": "" if key.startswith("?") else key, "steps": []}
        self._came_from(("route", "stages", number), "route", records[0], ("stage",))
        for record in records:
            join = record.values.get(("stage", "join"))
            if join is not None and stage.setdefault("join", join) != join:
                self._object("route", record, ("stage", "join"), "与同一环节前面的行不一样。")
            self._came_from(("route", "stages", number, "steps", len(stage["steps"])), "route", record)
            stage["steps"].append(nested(record.values, ("part", "stage")))
        return stage


def _key(written: str, prefix: str) -> str:
    """A bare number is a key too."""
    return f"{prefix}{int(written)}" if written.isdecimal() and len(written) <= 3 else written


def _scope(data: dict[str, Any]) -> Scope:
    found = {}
    for name, text in (("questions", "text"), ("form", "label")):
        for part in data[name]:
            answers = {choice.get("key", ""): choice.get("text", "") for choice in part.get("choices", [])}
            found[part["key"]] = Asked(part.get(text, ""), answers)
    return found
