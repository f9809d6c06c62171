"""一件事: one page a theme, with its chart, its items and what to bring altogether."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db import models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from pydantic import ValidationError
from wagtail.log_actions import LogContext
from wagtail.models import Revision

from pages.base import PortalPage
from pages.forms import ThemePageForm
from pages.guide_page import GuidePage
from pages.passed import require_review
from pages.publication import acting_user, goes_live, log_edition, note_field, publisher_of
from pages.tabs import THEME_HANDLER
from pages.theme_fields import ThemeElements, compiled_theme
from portal.catalog.drawing.theme_chart import theme_chart_steps, theme_chart_svg
from portal.catalog.editions.themes import examine_theme, publish_theme, withdraw_theme
from portal.catalog.items.shown import THEMES, item_tag, theme_tag
from portal.catalog.judging.findings import Finding, PreflightFailed, shape_findings
from portal.catalog.models import ItemStatus, Theme, ThemeEdition
from portal.catalog.papers.joint_list import joint_materials
from portal.catalog.schema.bringing import counted
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.organisations.models import Organisation, User

ITEM_CODE = re.compile(r"[A-Z]{2,3}-[0-9]{2,4}")


class ThemePage(ThemeElements, PortalPage):
    """一件事: several items that belong together, or the five-stage project route. Its fields are the elements of the
    theme; publishing makes an edition of it, unpublishing takes it down."""

    theme = models.OneToOneField(
        Theme, verbose_name="主题", null=True, editable=False, on_delete=models.PROTECT, related_name="page"
    )
    edition = models.ForeignKey(
        ThemeEdition, verbose_name="现行版本", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    edition_note = note_field()

    edit_handler = THEME_HANDLER
    base_form_class = ThemePageForm
    exclude_fields_in_copy = ["theme", "edition"]

    parent_page_types = ["pages.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "一件事"

    def shows(self) -> set[str]:
        return {theme_tag(self.theme.code), *map(item_tag, self.definition.items)} if self.theme else set()

    def stands_in(self) -> set[str]:
        return {THEMES, theme_tag(self.theme.code)} if self.theme else {THEMES}

    @property
    def parsed(self) -> ThemeDefinition:
        """As the editor has it; the edition in force may be older. Raises pydantic's ValidationError."""
        return ThemeDefinition.model_validate(compiled_theme(self))

    @cached_property
    def definition(self) -> ThemeDefinition:
        """What citizens read. Raises pydantic's ValidationError for a page that was never published."""
        return self.theme.parsed if self.theme else self.parsed

    def findings(self) -> list[Finding]:
        """Everything that stands against publishing this theme; never raises."""
        try:
            definition = self.parsed
        except ValidationError as error:
            return shape_findings(error, ThemeDefinition)
        found = examine_theme(definition)
        if ThemePage.objects.filter(code=definition.code).exclude(pk=self.pk).exclude(theme=None).exists():
            sentence = f"主题{definition.code}已经有一个页面。"
            found.append(Finding("code", "theme.twice", sentence, "请修改原来的页面，不要另建。"))
        if self.theme and self.theme.code != definition.code:
            sentence = f"主题编码发布后不能更改，原编码为{self.theme.code}。"
            found.append(Finding("code", "theme.code_changed", sentence, "请改回原编码；新的一件事请新建页面。"))
        return found

    def check_publishable(self, draft: Revision | None) -> None:
        """Raise PreflightFailed with everything that stands against publishing this draft, NotReviewed when a review
        that the site demands of it has not passed it."""
        errors = [finding for finding in self.findings() if finding.blocks]
        if errors:
            raise PreflightFailed(errors)
        require_review(self, draft)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """A page without an address is named by its code."""
        if not self.slug and self.code:
            self.slug = self.code.lower()
        super().full_clean(*args, **kwargs)

    def publish(self, revision: Revision, user: User | None = None, **kwargs: Any) -> None:
        """As Wagtail publishes, with the publisher remembered for the edition also outside a request."""
        if self.go_live_at and self.go_live_at > timezone.now():  # what goes live now is asked when it is saved
            self.check_publishable(revision)
        with LogContext(user=user or acting_user()):
            super().publish(revision, user=user, **kwargs)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Going live goes through `publish_theme`, whoever does it. Raises PreflightFailed; then nothing is saved."""
        narrow, before = kwargs.get("update_fields") is not None, self.edition_id
        if not narrow and self.live and goes_live(self):
            self.check_publishable(self.live_revision)
            self.theme = publish_theme(self.parsed, by=publisher_of(self), note=self.edition_note)
            self.edition = self.theme.current_edition
            self.__dict__.pop("definition", None)
        super().save(*args, **kwargs)
        if self.edition is not None and self.edition_id != before:
            log_edition(self, self.edition)
        if not narrow and not self.live and self.theme:
            withdraw_theme(self.theme)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """A draft that lacks what a theme is made of is previewed as the list of what is missing."""
        return "pages/theme_page.html" if self._shown(request) else "pages/guide_draft.html"

    def _is_draft(self, request: HttpRequest) -> bool:
        return self.theme is None or bool(getattr(request, "is_preview", False))

    def _shown(self, request: HttpRequest) -> ThemeDefinition | None:
        """What is in force for citizens, the fields for an editor; None while those make no theme yet."""
        try:
            return self.parsed if self._is_draft(request) else self.definition
        except ValidationError:
            return None

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        definition = self._shown(request)
        if definition is None:
            return {**super().get_context(request, *args, **kwargs), "draft": True, "findings": self.findings()}
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
            "draft": self._is_draft(request),
            "lead": Organisation.objects.filter(code=definition.lead).first(),
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


@receiver(pre_delete, sender=ThemePage)
def take_down_with_the_page(instance: ThemePage, **kwargs: Any) -> None:
    """However a page goes (alone, in bulk, with the home page above it), its theme is taken down."""
    if instance.theme:
        withdraw_theme(instance.theme)
