"""办事指南: the page whose fields are the elements of an item."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import ValidationError
from wagtail.fields import RichTextField
from wagtail.log_actions import LogContext
from wagtail.models import Revision
from wagtail.url_routing import RouteResult

from pages.base import RICH_TEXT, PortalPage
from pages.elements import compiled, give_keys
from pages.forms import GuidePageForm
from pages.gone import withdrawn_page
from pages.guide_fields import ItemElements
from pages.passed import require_review
from pages.publication import acting_user, goes_live, log_edition, note_field, publication_day, publisher_of
from pages.situation import Asked
from pages.tabs import EDIT_HANDLER
from portal.catalog.drawing.chart import process_chart
from portal.catalog.editions.intake import withdraw_with_guide
from portal.catalog.editions.publishing import examine, publish
from portal.catalog.items.shown import CATALOGUE, item_tag
from portal.catalog.items.taking import windows_for
from portal.catalog.judging.findings import Finding, PreflightFailed, shape_findings
from portal.catalog.models import Edition, ItemStatus, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.page_cache import FREE_TEXT, depend
from portal.lib.refusal import TooLate
from portal.organisations.models import Organisation, User, Zone

_WITHDRAWN = "_withdrawn_guides"
"""Where the request for a sitemap keeps which guides are gone."""


class GuidePage(ItemElements, PortalPage):
    """办事指南 of one item: its fields are the item's elements. Publishing makes an Edition; unpublishing or deleting
    the guide closes intake."""

    intro = RichTextField("补充说明", features=RICH_TEXT, blank=True, help_text="显示在指南开头，不影响事项要素。")
    item = models.ForeignKey(
        ServiceItem, verbose_name="事项", null=True, editable=False, on_delete=models.PROTECT, related_name="guides"
    )
    edition = models.ForeignKey(
        Edition, verbose_name="现行版本", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    edition_note = note_field()

    reason = ""
    """Why a search found this guide; the catalogue says so of the rows that it lists."""

    edit_handler = EDIT_HANDLER
    base_form_class = GuidePageForm
    exclude_fields_in_copy = ["item", "edition"]

    parent_page_types = ["pages.CataloguePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "办事指南"
        constraints = [models.UniqueConstraint(fields=["item"], name="one_guide_per_item")]

    def shows(self) -> set[str]:
        return {item_tag(self.item.code)} if self.item else set()

    def stands_in(self) -> set[str]:
        return {CATALOGUE, *self.shows()}

    @property
    def parsed(self) -> ItemDefinition:
        """The definition as the editor has it; the edition in force may be older. Raises pydantic's ValidationError."""
        return ItemDefinition.model_validate(compiled(self).data)

    def findings(self) -> list[Finding]:
        """Everything that stands against publishing this guide and everything worth a second look; never raises."""
        read = compiled(self)
        found = list(read.findings)
        try:
            definition = ItemDefinition.model_validate(read.data)
        except ValidationError as error:
            return found + shape_findings(error)
        named = {(finding.field, finding.rule) for finding in found}
        judged = examine(definition, on=publication_day(self))
        found += [finding for finding in judged if (finding.field, finding.rule) not in named]
        if GuidePage.objects.filter(code=definition.code).exclude(pk=self.pk).exclude(item=None).exists():
            sentence = f"事项{definition.code}已经有一个办事指南。"
            found.append(Finding("code", "guide.twice", sentence, "请修改原来的指南，不要另建。"))
        if self.item and self.item.code != definition.code:
            sentence = f"事项编码发布后不能更改，原编码为{self.item.code}。"
            found.append(Finding("code", "guide.code_changed", sentence, "请改回原编码；新事项请新建指南。"))
        return found

    @property
    def is_withdrawn(self) -> bool:
        return self.item is not None and self.item.status == ItemStatus.WITHDRAWN

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Search engines are not sent to a guide that says that it is gone."""
        gone = getattr(request, _WITHDRAWN, None)
        if gone is None:  # one question for all guides of a sitemap
            withdrawn = GuidePage.objects.filter(item__status=ItemStatus.WITHDRAWN)
            gone = set(withdrawn.values_list("pk", flat=True))
            if request is not None:
                setattr(request, _WITHDRAWN, gone)
        return [] if self.pk in gone else super().get_sitemap_urls(request)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """A guide that was taken down with its item is still found, and says so."""
        if not path_components and not self.live and self.is_withdrawn:
            return RouteResult(self)
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.item is not None and self.is_withdrawn:
            return withdrawn_page(request, self.item, {"page": self})
        return super().serve(request, *args, **kwargs)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """A draft that lacks what a guide is made of is previewed as the list of what is missing."""
        return "pages/guide_page.html" if self._shown(request) else "pages/guide_draft.html"

    def _edition_shown(self, request: HttpRequest) -> Edition | None:
        """What citizens read; None for a draft: in an editor's preview, and before the first publication."""
        return None if getattr(request, "is_preview", False) else self.edition

    def _shown(self, request: HttpRequest) -> ItemDefinition | None:
        """The edition in force for citizens, the fields for an editor; None while those make no definition yet."""
        try:
            return (self._edition_shown(request) or self).parsed
        except ValidationError:
            return None

    def check_publishable(self, draft: Revision | None) -> None:
        """Raise PreflightFailed with everything that stands against publishing this guide as `draft` has it, and
        NotReviewed where nothing else does."""
        errors = [finding for finding in self.findings() if finding.blocks]
        if errors:
            raise PreflightFailed(errors)
        require_review(self, draft)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Parts get their stable names on the first save; a guide without an address is named by its code."""
        give_keys(self)
        if not self.slug and self.code:
            self.slug = self.code.lower()
        super().full_clean(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        give_keys(self)
        return super().save_revision(*args, **kwargs)

    def publish(self, revision: Revision, user: User | None = None, **kwargs: Any) -> None:
        """As Wagtail publishes, with the publisher remembered for the edition also outside a request."""
        if self.go_live_at and self.go_live_at > timezone.now():  # what goes live now is asked when it is saved
            self.check_publishable(revision)
        with LogContext(user=user or acting_user()):
            super().publish(revision, user=user, **kwargs)

    def unpublish(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        """As Wagtail unpublishes, with whoever does it remembered for the item also outside a request."""
        with LogContext(user=user or acting_user()):
            super().unpublish(*args, user=user, **kwargs)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Going live goes through `publish`, whoever does it; a refusal raises PreflightFailed and nothing is saved.

        Only another live revision is a publication. Saving a live page for any other reason must not open intake
        again for an item that somebody withdrew.
        """
        narrow, before = kwargs.get("update_fields") is not None, self.edition_id
        if not narrow and self.live and goes_live(self):
            self.check_publishable(self.live_revision)
            self.edition = publish(self.parsed, by=publisher_of(self), note=self.edition_note)
            self.item = self.edition.item
        super().save(*args, **kwargs)
        if self.edition is not None and self.edition_id != before:
            log_edition(self, self.edition)
        if not narrow and not self.live:
            self.close_intake("办事指南已经到期撤下。" if self.expired else "办事指南已经撤下。")

    def close_intake(self, reason: str) -> None:
        """No guide, no intake: withdraw the item unless that has happened."""
        if self.item and self.item.status == ItemStatus.IN_FORCE:
            with suppress(TooLate):
                withdraw_with_guide(self.item, by=acting_user(), reason=reason)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        definition = self._shown(request)
        if definition is None:
            return {**context, "draft": True, "findings": self.findings()}
        depend(request, reads={question.key: FREE_TEXT for question in definition.questions})
        asked = Asked(definition, request.GET)
        names = dict(Organisation.objects.filter(code__in=definition.departments).values_list("code", "full_name"))
        chart, steps = process_chart(asked.route_definition)
        return {
            **context,
            "definition": definition,
            "draft": self._edition_shown(request) is None,
            "lead": names.get(definition.lead_dept, ""),
            "coops": [names[code] for code in definition.departments if code in names and code != definition.lead_dept],
            "windows": windows_for(self.item) if self.item else (),
            "zone": Zone.objects.filter(code=definition.zone).first(),
            "guide_url": settings.BASE_URL.rstrip("/") + (self.get_url(request) or "/"),
            "chart": chart,
            "steps": steps,
            "questions": asked.questions,
            "materials": asked.materials,
            "bring": asked.bring,
            "results": asked.results,
            "situation": asked.situation,
            "situation_query": urlencode(asked.situation, doseq=True),
            "all_answered": asked.is_complete,
            "coming": self.item.coming if self.item else None,
            "closed": self.item if self.item and self.item.status != ItemStatus.IN_FORCE else None,
        }


@receiver(pre_delete, sender=GuidePage)
def close_intake_with_the_guide(instance: GuidePage, **kwargs: Any) -> None:
    """However a guide goes (alone, in bulk, with the catalogue above it), intake of its item closes."""
    instance.close_intake("办事指南已经删除。")
