"""Every element of a theme (一件事) as a field of its page, and the way between those fields and the one schema.

The names are those of `portal.catalog.schema.theme`; the theme's name is the page's title.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from wagtail import blocks

from pages.blocks import LineBlock, TextChoiceBlock, departments, long, short
from pages.elements import plain, set_stream
from pages.guide_fields import line, lines, stream
from portal.catalog.models import ItemStatus, ServiceItem
from portal.catalog.schema.choices import Choices
from portal.catalog.schema.theme import ThemeDefinition

STREAMS = ("items", "stages", "requires", "dependencies", "joint_actions")
LINES = ("code", "zone", "lead", "note")


def item_choices() -> Choices:
    """Every item there is, those in force first; one that is withdrawn says so, and is not lost from a draft."""
    rows = ServiceItem.objects.order_by("code").values_list("code", "name", "status")
    in_force = [(code, f"{code}　{name}") for code, name, status in rows if status == ItemStatus.IN_FORCE]
    others = [(code, f"{code}　{name}（已取消）") for code, name, status in rows if status != ItemStatus.IN_FORCE]
    return in_force + others


def an_item(label: str) -> blocks.ChoiceBlock:
    return TextChoiceBlock(choices=item_choices, label=label, required=False)


def some_items(label: str, help_text: str = "") -> blocks.ListBlock:
    return blocks.ListBlock(an_item("事项"), label=label, help_text=help_text, default=[], min_num=0)


class ThemeStageBlock(blocks.StructBlock):
    """A stage of the project route."""

    name = short("阶段名称", 40, "例如：立项、用地、规划、施工许可、验收。")
    items = some_items("事项", "上面“包含事项”里的，每个只放在一个阶段。")
    leads = blocks.ListBlock(
        TextChoiceBlock(choices=departments, label="部门", required=False), label="牵头部门", default=[], min_num=0
    )
    alternatives = some_items("可替代的事项", "能代替本阶段某个事项的，在说明里写明什么情形。")
    note = long("说明", 500)

    class Meta:
        label = "阶段"
        label_format = "{name}"
        icon = "list-ul"


class DependencyBlock(blocks.StructBlock):
    """What must be finished before an item can begin."""

    item = an_item("事项")
    after = some_items("须先办结的事项")

    class Meta:
        label = "先后关系"
        label_format = "{item}"
        icon = "arrow-right"


class ThemeElements(models.Model):
    """The elements, in the order of the editor's tabs."""

    title: models.CharField[str, str]

    code = line("主题编码", 20, "ZT加序号，例如ZT-07；发布后不再更改。")
    zone = line("受理区", 40)
    lead = line("牵头部门", 40)
    items = stream("包含事项", an_item("事项"), "item", "用左边的手柄拖动，调整顺序。", collapsed=False)
    stages = stream("阶段", ThemeStageBlock(), "stage", "投资项目路线才分阶段；其他一件事不填。")
    requires = stream("先后关系", DependencyBlock(), "requires", "流程图照此画出；没有先后的事项同时办理。")
    dependencies = stream("先后关系说明", LineBlock(), "line", "写给群众看的话；事项编码会换成事项名称。")
    joint_actions = stream("联合事项", LineBlock(), "line", "例如：联合踏勘、联合验收。")
    note = lines("说明")

    class Meta:
        abstract = True


def compiled_theme(page: ThemeElements) -> dict[str, Any]:
    """What the fields of the page say, in the shape of the schema; lines that were left empty fall away."""
    data: dict[str, Any] = {"name": page.title, **{name: getattr(page, name) for name in LINES}}
    for name in STREAMS:
        data[name] = _filled([plain(child.block, child.value) for child in getattr(page, name)])
    return data


def _filled(value: Any) -> Any:
    """Lists without the empty ones among their entries."""
    if isinstance(value, list):
        return [_filled(one) for one in value if one not in ("", None, {})]
    return {name: _filled(one) for name, one in value.items()} if isinstance(value, dict) else value


def fill_theme(page: ThemeElements, definition: ThemeDefinition) -> None:
    """Write a definition into the fields of a page; reading them back gives the same definition."""
    data = definition.model_dump(mode="json")
    page.title = data["name"]
    for name in LINES:
        setattr(page, name, data[name])
    for name in STREAMS:
        set_stream(page, name, data[name], {"code": data["code"], "questions": [], "form": []})
