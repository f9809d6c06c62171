"""一件事: one page a theme, with its chart, its items and what to bring altogether."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from pages.base import PortalPage
from pages.guide_page import GuidePage
from portal.catalog.drawing.theme_chart import theme_chart_steps, theme_chart_svg
from portal.catalog.items.shown import THEMES, item_tag, theme_tag
from portal.catalog.models import ItemStatus, Theme
from portal.catalog.papers.joint_list import joint_materials
from portal.catalog.schema.bringing import counted
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition

ITEM_CODE = re.compile(r"[A-Z]{2,3}-[0-9]{2,4}")


class ThemePage(PortalPage):
    """一件事: several items that belong together, or the five-stage project route."""

    theme = models.OneToOneField(Theme, verbose_name="主题", on_delete=models.PROTECT, related_name="page")

    content_panels = [*Page.content_panels, FieldPanel("theme")]

    parent_page_types = ["pages.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "一件事"

    def shows(self) -> set[str]:
        return {theme_tag(self.theme.code), *map(item_tag, self.definition.items)}

    def stands_in(self) -> set[str]:
        return {THEMES, theme_tag(self.theme.code)}

    @cached_property
    def definition(self) -> ThemeDefinition:
        return self.theme.parsed

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        definition = self.definition
        guides = (
            GuidePage.objects.live()
            .public()
            .filter(item__code__in=definition.items, item__status=ItemStatus.IN_FORCE)
            .select_related("item__lead", "edition")
        )
        by_code = {guide.item.code: guide for guide in guides}
        known = {code: by_code[code].edition.parsed for code in definition.items if code in by_code}
        stages = definition.stages or (("", definition.items),)
        materials = joint_materials(known.values())
        return {
            **super().get_context(request, *args, **kwargs),
            "definition": definition,
            "stages": [(name, [by_code[code] for code in codes if code in by_code]) for name, codes in stages],
            "chart": theme_chart_svg(definition, known),
            "steps": theme_chart_steps(definition, known),
            "materials": materials,
            "bring": counted(one.marks for one in materials),
            "order": [_with_names(line, known) for line in definition.dependencies],
            "demanded": sum(len(one.materials) for one in known.values()),
        }


def _with_names(text: str, known: Mapping[str, ItemDefinition]) -> str:
    """A sentence about items with their names in the place of their codes: citizens do not read codes."""
    return ITEM_CODE.sub(lambda found: known[found[0]].name if found[0] in known else found[0], text)
