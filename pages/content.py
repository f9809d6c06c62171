"""The pages a new portal starts with. Can run again: what is there, edited or not, is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    PageLogEntry,
    Site,
    Task,
    Workflow,
    WorkflowState,
)

from pages.catalogue_page import CataloguePage
from pages.downloads import Files, with_files
from pages.elements import fill
from pages.guide_page import GuidePage
from pages.hall_content import load_halls, load_news
from pages.home_page import FeaturedGuide, HomePage
from pages.review import make_workflow
from pages.site_marks import SiteMarks
from pages.theme_fields import fill_theme
from pages.themes import ThemePage
from portal.catalog.exchange.content import load_items, load_themes
from portal.catalog.exchange.guides import form_files
from portal.catalog.models import ItemStatus, ServiceItem, Theme
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.content import read_yaml
from portal.organisations import access

INTRO = "一次告知、一窗受理、并联审批、统一出件：带齐材料到一个窗口，其余的由我们来跑。"
SAMPLE_WORKFLOW = "Moderators approval"
"""Wagtail's own; ours is made by `make_workflow`."""
UPLOADS = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")
RIGHTS = {access.EDITORS: ("add_page", "change_page"), access.PUBLISHERS: ("publish_page", "lock_page", "unlock_page")}


def load_pages(content_dir: Path, progress: Callable[[str], None] = lambda text: None) -> None:
    """Site, home, catalogue, one published guide per item, one page per theme, and the editors' rights."""
    is_new = not HomePage.objects.exists()
    home = _home()
    _put_wagtails_own_in_order()
    catalogue = CataloguePage.objects.first() or _catalogue(home)
    files = form_files(content_dir)
    for definition in load_items(content_dir):
        if _is_missing(definition):
            _guide(catalogue, definition, files.get(definition.code, {}), content_dir)
            progress(definition.code)
    for theme in load_themes(content_dir):
        if not Theme.objects.filter(code=theme.code).exists():
            _theme(home, theme)
    if is_new:
        _put_forward(home, content_dir)
    load_halls(home, _publish_new)
    load_news(home, content_dir, _publish_new)
    _grant_rights(home)
    make_workflow()


def _is_missing(definition: ItemDefinition) -> bool:
    """Neither there nor taken away by people: an item that was withdrawn with its guide does not come back."""
    if GuidePage.objects.filter(code=definition.code).exists():
        return False
    return not ServiceItem.objects.filter(code=definition.code, status=ItemStatus.WITHDRAWN).exists()


@transaction.atomic
def _home() -> HomePage:
    """The site's home page; Wagtail's own welcome page makes room for it."""
    home = HomePage.objects.first()
    if home is not None:
        return home
    root = Page.get_first_root_node()
    welcome = root.get_children().first()
    _publish_new(root, HomePage(title="首页", slug="portal-home", intro=INTRO))
    home = HomePage.objects.get()
    site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
    site.root_page, site.site_name = home, "一窗通"
    site.save()
    if welcome is not None and type(welcome.specific) is Page:
        welcome.delete()
    home.refresh_from_db()
    return home


@transaction.atomic
def _put_wagtails_own_in_order() -> None:
    """What Wagtail brings in English: the roots get Chinese names, its sample workflow and groups go while unused."""
    Page.objects.filter(depth=1, title="Root").update(title="全站", draft_title="全站")
    Collection.objects.filter(depth=1, name="Root").update(name="全部")
    PageLogEntry.objects.filter(label="Welcome to your new Wagtail site!").delete()
    sample = Workflow.objects.filter(name=SAMPLE_WORKFLOW)
    if sample.exists() and not WorkflowState.objects.filter(workflow__in=sample).exists():
        sample.delete()
        Task.objects.filter(name=SAMPLE_WORKFLOW).delete()
        Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()


@transaction.atomic
def _put_forward(home: HomePage, content_dir: Path) -> None:
    """热门事项 and footer marks of a new portal; afterwards they are the editors' own."""
    site = read_yaml(content_dir / "centre.yaml").get("site", {})
    guides = {guide.code: guide for guide in GuidePage.objects.filter(code__in=site.get("popular", []))}
    home.featured.set([FeaturedGuide(guide=guides[code]) for code in site.get("popular", []) if code in guides])
    home.save_revision(changed=False).publish(changed=False)
    SiteMarks.objects.get_or_create(site=home.get_site(), defaults=site.get("marks", {}))


@transaction.atomic
def _catalogue(home: HomePage) -> CataloguePage:
    _publish_new(home, CataloguePage(title="事项目录", slug="items"))
    return CataloguePage.objects.get()


@transaction.atomic
def _guide(catalogue: CataloguePage, definition: ItemDefinition, files: Files, content_dir: Path) -> None:
    """A guide with its first revision, and with its first edition on a new portal; where guides are reviewed before
    they are published, what a later release brings waits for its review like any draft."""
    page = GuidePage(slug=definition.code.lower())
    fill(page, with_files(definition, files, content_dir))
    if catalogue.get_workflow() is None:
        _publish_new(catalogue, page)
        return
    page.live, page.has_unpublished_changes = False, True
    catalogue.add_child(instance=page)
    page.save_revision()


@transaction.atomic
def _theme(home: HomePage, definition: ThemeDefinition) -> None:
    """A page with its first revision, published as an editor would do it, which makes the theme and its edition."""
    page = ThemePage(slug=definition.code.lower())
    fill_theme(page, definition)
    _publish_new(home, page)


def _publish_new(parent: Page, page: Page) -> None:
    """Through a revision: a page without a live one would go offline when its next change is scheduled."""
    page.live = False
    parent.add_child(instance=page)
    page.save_revision(changed=False).publish(changed=False)


def _grant_rights(home: HomePage) -> None:
    """What editors may do with pages, pictures and files, and publishers with the footer.

    A group that people have given rights keeps those.
    """
    marks = Permission.objects.get(content_type__app_label="pages", codename="change_sitemarks")
    access.group(access.PUBLISHERS).permissions.add(marks)
    _grant_collections()
    _grant_signposts()
    for name, codenames in RIGHTS.items():
        group: Group = access.group(name)
        if GroupPagePermission.objects.filter(group=group).exists():
            continue
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames):
            GroupPagePermission.objects.get_or_create(group=group, page=home.page_ptr, permission=permission)


def _grant_collections() -> None:
    """Pictures of news and the blank and sample forms of guides are chosen and uploaded by editors."""
    editors = access.group(access.EDITORS)
    if GroupCollectionPermission.objects.filter(group=editors).exists():
        return
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(codename__in=UPLOADS):
        GroupCollectionPermission.objects.get_or_create(group=editors, collection=root, permission=permission)


def _grant_signposts() -> None:
    """Redirects, search promotions and the standards of the health report are kept by the office."""
    kept = Permission.objects.filter(
        content_type__app_label__in=["pages", "wagtailredirects"],
        content_type__model__in=["searchpromotion", "healthstandards", "redirect"],
    )
    office = access.group(access.PUBLISHERS)
    if not office.permissions.filter(pk__in=kept).exists():
        office.permissions.add(*kept)
