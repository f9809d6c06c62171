"""What citizens read: home, catalogue, guides, themes, plain pages. Structure only; behaviour lives in the portal."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from modelcluster.fields import ParentalKey
from pydantic import ValidationError
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField
from wagtail.log_actions import LogContext, get_active_log_context
from wagtail.models import AbstractGroupApprovalTask, Orderable, Page, Revision, TaskState
from wagtail.url_routing import RouteResult

from pages.addresses import CheckedLinks
from pages.catalogue import READS, Listing, suggestions
from pages.elements import compiled, give_keys
from pages.forms import GuidePageForm
from pages.frame import city_center, frame_of
from pages.gone import withdrawn_item, withdrawn_page
from pages.guide_fields import ItemElements
from pages.site_marks import SiteMarks
from pages.situation import Asked
from pages.tabs import EDIT_HANDLER
from portal.catalog.drawing.chart import process_chart_steps, process_chart_svg
from portal.catalog.editions.publishing import examine, publish, withdraw_item
from portal.catalog.items.shown import CATALOGUE, DEMAND_SECONDS, FRAME, NEWS, THEMES, item_tag
from portal.catalog.judging.findings import Finding, PreflightFailed, shape_findings
from portal.catalog.models import Edition, ItemStatus, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.page_cache import FREE_TEXT, KEPT_SECONDS, depend
from portal.lib.refusal import TooLate
from portal.organisations.models import Organisation, User, Window, WindowKind, Zone

__all__ = [
    "CataloguePage",
    "FeaturedGuide",
    "GuidePage",
    "HomePage",
    "PlainPage",
    "ReviewTask",
    "SiteMarks",
    "ThemePage",
    "city_center",
]

RICH_TEXT = ["h3", "bold", "ol", "ul", "link"]


class PortalPage(CheckedLinks, Page):
    """What all public pages share: the centre in the footer, the demo notice, and what each shows (`pages.caching`)."""

    kept_seconds = KEPT_SECONDS
    """How long the page may be kept though nothing that it shows has changed."""

    class Meta:
        abstract = True

    def shows(self) -> set[str]:
        """The tags of what stands on the page beside its own words and its frame."""
        return set()

    def reads(self) -> set[str]:
        """The parameters of its address that change the page; all others mean nothing to it."""
        return set()

    def stands_in(self) -> set[str]:
        """The tags of what else shows something of this page."""
        return set()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        frame = frame_of(request)
        return {**context, "center": frame.center, "catalogue": frame.catalogue}

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Under the portal's public name: the host of the request may be any of its names, or a stranger's."""
        parts = self.get_url_parts(request)
        if parts is None:
            return []
        location = settings.BASE_URL.rstrip("/") + parts[2]
        return [{"location": location, "lastmod": self.last_published_at or self.latest_revision_created_at}]


class HomePage(PortalPage):
    """首页: find an item, the five zones, how one window works."""

    intro = models.CharField("导语", max_length=200, blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        InlinePanel("featured", heading="热门事项", label="事项", max_num=12),
    ]

    max_count = 1
    subpage_types = [
        "pages.CataloguePage",
        "pages.ThemePage",
        "pages.HallIndexPage",
        "pages.NewsIndexPage",
        "pages.PlainPage",
    ]

    class Meta:
        verbose_name = "首页"

    def shows(self) -> set[str]:
        return {CATALOGUE, THEMES, NEWS}

    def stands_in(self) -> set[str]:
        return {FRAME}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        open_items = models.Count("items", filter=models.Q(items__status=ItemStatus.IN_FORCE))
        zones = list(Zone.objects.annotate(item_count=open_items).filter(item_count__gt=0).select_related("lead"))
        total = sum(zone.item_count for zone in zones)
        pages = list(ThemePage.objects.live().public().select_related("theme__lead"))
        routes = [page for page in pages if page.definition.stages]
        return {
            **super().get_context(request, *args, **kwargs),
            "zones": zones,
            "total": total,
            "themes": [page for page in pages if page not in routes],
            "routes": routes,
            "popular": self.popular(),
        }

    def popular(self) -> list[GuidePage]:
        """The guides that editors put forward, in their order, as far as people can read them."""
        readable = GuidePage.objects.live().public().filter(item__status=ItemStatus.IN_FORCE)
        shown = self.featured.select_related("guide__item__lead", "guide__edition").filter(guide__in=readable)
        return [row.guide for row in shown]


class FeaturedGuide(Orderable):
    """One of the guides that the home page puts forward (热门事项)."""

    home = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured")
    guide = models.ForeignKey("pages.GuidePage", verbose_name="办事指南", on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("guide", "pages.GuidePage")]

    class Meta(Orderable.Meta):
        verbose_name = "热门事项"
        constraints = [models.UniqueConstraint(fields=["home", "guide"], name="featured_once")]


class CataloguePage(RoutablePageMixin, PortalPage):
    """事项目录: every item in force that has a guide, found by words and narrowed by facets in the address."""

    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.GuidePage"]
    kept_seconds = DEMAND_SECONDS

    class Meta:
        verbose_name = "事项目录"

    def shows(self) -> set[str]:
        return {CATALOGUE, THEMES}

    def reads(self) -> set[str]:
        return READS

    def stands_in(self) -> set[str]:
        return {FRAME}

    def guides(self) -> models.QuerySet[GuidePage]:
        """The guides that everybody may read."""
        return GuidePage.objects.live().public().child_of(self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """The address of a guide that was deleted with its item says so instead of being nowhere."""
        try:
            return super().route(request, path_components)
        except Http404:
            item = withdrawn_item(path_components[0]) if len(path_components) == 1 and self.live else None
            if item is None:
                raise
            return RouteResult(self, kwargs={"withdrawn": item})

    def serve(self, request: HttpRequest, *args: Any, withdrawn: ServiceItem | None = None, **kwargs: Any) -> Any:
        if withdrawn is not None:
            return withdrawn_page(request, withdrawn, {"page": self})
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(request.GET, self.guides())
        return {**super().get_context(request, *args, **kwargs), **listing.context()}

    @path("suggest/", name="suggest")
    def suggest(self, request: HttpRequest) -> JsonResponse:
        """What somebody who types may mean; the search box asks, and works without it."""
        query, found = suggestions(request.GET.get("q", ""), self.guides())
        items = [{"name": guide.title, "url": guide.get_url(request), "dept": dept} for guide, dept in found]
        return JsonResponse({"query": query.shown, "items": items})


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
        found += [finding for finding in examine(definition) if (finding.field, finding.rule) not in named]
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
        gone = getattr(request, "withdrawn_guides", None)
        if gone is None:  # one question for all guides of a sitemap
            withdrawn = GuidePage.objects.filter(item__status=ItemStatus.WITHDRAWN)
            gone = set(withdrawn.values_list("pk", flat=True))
            if request is not None:
                request.withdrawn_guides = gone
        return [] if self.pk in gone else super().get_sitemap_urls(request)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """A guide that was taken down with its item is still found, and says so."""
        if not path_components and not self.live and self.is_withdrawn:
            return RouteResult(self)
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_withdrawn:
            return withdrawn_page(request, self.item, {"page": self})
        return super().serve(request, *args, **kwargs)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """A draft that lacks what a guide is made of is previewed as the list of what is missing."""
        return "pages/guide_page.html" if self._shown(request) else "pages/guide_draft.html"

    def _is_draft(self, request: HttpRequest) -> bool:
        return getattr(request, "is_preview", False) or self.edition is None

    def _shown(self, request: HttpRequest) -> ItemDefinition | None:
        """The edition in force for citizens, the fields for an editor; None while those make no definition yet."""
        try:
            return self.parsed if self._is_draft(request) else self.edition.parsed
        except ValidationError:
            return None

    def check_publishable(self) -> None:
        """Raise PreflightFailed with everything that stands against publishing this guide."""
        errors = [finding for finding in self.findings() if finding.blocks]
        if errors:
            raise PreflightFailed(errors)

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
        with LogContext(user=user or _acting_user()):
            super().publish(revision, user=user, **kwargs)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Going live goes through `publish`, whoever does it; a refusal raises PreflightFailed and nothing is saved.

        Only another live revision is a publication. Saving a live page for any other reason must not open intake
        again for an item that somebody withdrew.
        """
        narrow = kwargs.get("update_fields") is not None
        if not narrow and self.live and self._goes_live():
            self.check_publishable()
            self.edition = publish(self.parsed, by=self._publisher())
            self.item = self.edition.item
        super().save(*args, **kwargs)
        if not narrow and not self.live:
            self.close_intake("办事指南已经撤下。")

    def _goes_live(self) -> bool:
        if self.edition_id is None or self.pk is None:
            return True
        before = GuidePage.objects.filter(pk=self.pk).values_list("live", "live_revision_id").get()
        return before != (True, self.live_revision_id)

    def _publisher(self) -> User | None:
        """Who presses the button; when nobody does (scheduled), who wrote the revision."""
        return _acting_user() or (self.live_revision.user if self.live_revision else None)

    def close_intake(self, reason: str) -> None:
        """No guide, no intake: withdraw the item unless that has happened."""
        if self.item and self.item.status == ItemStatus.IN_FORCE:
            with suppress(TooLate):
                withdraw_item(self.item, by=_acting_user(), reason=reason)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        definition = self._shown(request)
        if definition is None:
            return {**context, "draft": True, "findings": self.findings()}
        depend(request, reads={question.key: FREE_TEXT for question in definition.questions})
        asked = Asked(definition, request.GET)
        names = dict(Organisation.objects.filter(code__in=definition.departments).values_list("code", "full_name"))
        return {
            **context,
            "definition": definition,
            "draft": self._is_draft(request),
            "lead": names.get(definition.lead_dept, ""),
            "coops": [names[code] for code in definition.departments if code in names and code != definition.lead_dept],
            "windows": Window.objects.filter(kind=WindowKind.COMPREHENSIVE, zones__code=definition.zone),
            "zone": Zone.objects.filter(code=definition.zone).first(),
            "guide_url": settings.BASE_URL.rstrip("/") + (self.get_url(request) or "/"),
            "chart": process_chart_svg(asked.route_definition),
            "steps": process_chart_steps(asked.route_definition),
            "questions": asked.questions,
            "materials": asked.materials,
            "results": asked.results,
            "situation": asked.situation,
            "situation_query": urlencode(asked.situation, doseq=True),
            "all_answered": asked.is_complete,
            "closed": self.item if self.item and self.item.status != ItemStatus.IN_FORCE else None,
        }


def _acting_user() -> User | None:
    """Who is at work in the back office now; None outside a request."""
    return get_active_log_context().user


@receiver(pre_delete, sender=GuidePage)
def close_intake_with_the_guide(instance: GuidePage, **kwargs: Any) -> None:
    """However a guide goes (alone, in bulk, with the catalogue above it), intake of its item closes."""
    instance.close_intake("办事指南已经删除。")


class ReviewTask(AbstractGroupApprovalTask):
    """One step of the review (法制审核, 审管办): a guide that may not be published is sent back with the reasons."""

    class Meta:
        verbose_name = "审核"

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        page = task_state.revision.as_object()
        if action_name == "approve" and isinstance(page, GuidePage):
            errors = [finding for finding in page.findings() if finding.blocks]
            if errors:
                sentences = "".join(f"{finding.place}：{finding.message}" for finding in errors[:10])
                task_state.reject(user=user, comment=f"发布前检查没有通过，已退回修改。{sentences}"[:2000])
                return
        super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        return "由一个组的人审核；发布前检查没有通过的，自动退回。"


class PlainPage(PortalPage):
    """A page of plain text: notices, rules, how to get there."""

    body = RichTextField("正文", features=["h2", *RICH_TEXT[1:]])

    content_panels = [*Page.content_panels, FieldPanel("body")]

    parent_page_types = ["pages.HomePage", "pages.PlainPage"]
    subpage_types = ["pages.PlainPage"]

    class Meta:
        verbose_name = "普通页面"


# The other page types stand in modules of their own; Django finds models only where this one leads.
from pages import halls, news, promotions, standards  # noqa: E402, F401
from pages.themes import ThemePage  # noqa: E402
