"""A theme: items that belong together under one lead, as a joint service or as the route of a project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from portal.catalog.schema.definition import Definition
from portal.catalog.schema.questions import Part


class ThemeStage(Part):
    """One stage (阶段) of a theme. `alternatives`: items that may stand in for one of `items`, as the note says."""

    name: str = Field(min_length=1, max_length=40, title="阶段名称")
    items: tuple[str, ...] = Field(min_length=1, title="包含事项")
    leads: tuple[str, ...] = Field(default=(), title="牵头部门")
    alternatives: tuple[str, ...] = Field(default=(), title="可替代的事项")
    note: str = Field(default="", max_length=500, title="说明")

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, data: Any) -> Any:
        """A stage was once kept as its name and its items alone."""
        return {"name": data[0], "items": data[1]} if isinstance(data, list | tuple) and len(data) == 2 else data

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # pydantic's gives the fields with their names
        """As a pair of name and items."""
        return iter((self.name, self.items))


class Dependency(Part):
    """What must be finished before an item of the theme can begin (先后关系)."""

    item: str = Field(title="事项")
    after: tuple[str, ...] = Field(min_length=1, title="须先办结的事项")


class ThemeDefinition(Definition):
    """A joint service (一件事) or the five-stage project route: items that belong together under one lead."""

    code: str = Field(pattern=r"^[A-Z]{2,3}-\d{2,4}$", title="主题编码")
    name: str = Field(min_length=1, max_length=200, title="主题名称")
    zone: str = Field(title="受理区")
    lead: str = Field(title="牵头部门")
    items: tuple[str, ...] = Field(min_length=1, title="包含事项")
    stages: tuple[ThemeStage, ...] = Field(default=(), title="阶段")
    requires: tuple[Dependency, ...] = Field(default=(), title="先后关系")
    dependencies: tuple[str, ...] = Field(default=(), title="先后关系说明")
    joint_actions: tuple[str, ...] = Field(default=(), title="联合事项")
    note: str = Field(default="", max_length=1000, title="说明")

    def after(self, code: str) -> tuple[str, ...]:
        """The items that must be finished before this one, each once."""
        return tuple(dict.fromkeys(before for row in self.requires if row.item == code for before in row.after))
