"""Themes (一件事) from a file become drafts of their pages, and pages become files; nothing is published by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import ValidationError as FieldErrors
from pydantic import ValidationError
from wagtail.log_actions import log

from pages.guide_page import GuidePage
from pages.home_page import HomePage
from pages.theme_fields import compiled_theme, fill_theme
from pages.themes import ThemePage
from portal.catalog.exchange.names import Names
from portal.catalog.exchange.report import Problem, Row, Status, ThemeDraft
from portal.catalog.exchange.themes import judge_themes
from portal.catalog.models import ServiceItem, Theme
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.refusal import Refused
from portal.organisations.models import User


def judged(drafts: list[ThemeDraft], names: Names, in_file: Iterable[str], by: User | None) -> tuple[Row, ...]:
    """What importing would do with each; `in_file` are the codes of the items of the same file."""
    if not drafts:
        return ()
    pages = latest_drafts()
    items = dict(ServiceItem.objects.exclude(current_edition=None).values_list("code", "name"))
    known = {*items, *GuidePage.objects.exclude(code="").values_list("code", flat=True), *in_file}
    existing = {code: theme_of(page) for code, page in pages.items()}
    rows = judge_themes(drafts, names, existing, items=items, known=known, settle=settled)
    return tuple(_checked(row, pages.get(row.code), by) for row in rows)


def latest_drafts() -> dict[str, ThemePage]:
    """Every page of a theme as it was last saved, by code."""
    pages = (page.get_latest_revision_as_object() for page in ThemePage.objects.order_by("-pk"))
    return {page.code: page for page in pages}


def theme_of(page: ThemePage) -> ThemeDefinition | None:
    """The theme of a draft; None while it makes none."""
    try:
        return page.parsed
    except ValidationError:
        return None


def settled(theme: ThemeDefinition) -> ThemeDefinition:
    """The theme as a page keeps it."""
    page = ThemePage()
    fill_theme(page, theme)
    try:
        return ThemeDefinition.model_validate(compiled_theme(page))
    except ValidationError:
        return theme


def _checked(row: Row, page: ThemePage | None, by: User | None) -> Row:
    """What stands in the way on the side of the pages: nobody's right to change them, or others working on one."""
    if row.status not in {Status.NEW, Status.CHANGED}:
        return row
    sentence, home = "", HomePage.objects.first()
    if home is None or (by is not None and not home.permissions_for_user(by).can_add_subpage()):
        sentence = "您没有在首页下新建和修改一件事的权限。"
    elif page and (lock := page.get_lock()) and (by is None or lock.for_user(by)):
        sentence = f"一件事“{page.title}”已经锁定或者正在审核，现在不能修改。"
    if not sentence:
        return row
    return replace(row, status=Status.WRONG, problems=(Problem(row.place, sentence),), theme=None)


def keep(rows: Iterable[Row], by: User | None) -> None:
    """Keep each as a draft: of its page, or of a new one below the home page."""
    pages, home = latest_drafts(), HomePage.objects.first()
    for row in rows:
        if row.theme is None or row.status == Status.SAME:
            continue
        try:
            _keep(pages.get(row.code), home, row.theme, by)
        except FieldErrors as errors:
            said = "".join(errors.messages)
            raise Refused(f"一件事{row.code}不能保存：{said}没有导入任何内容。") from errors


def _keep(page: ThemePage | None, home: HomePage | None, theme: ThemeDefinition, by: User | None) -> None:
    if page is not None:
        fill_theme(page, theme)
        page.save_revision(user=by, log_action=True)
    elif home is not None:
        _create(home, theme, by)
    else:
        raise Refused("还没有网站首页，不能导入一件事。")


def _create(home: HomePage, theme: ThemeDefinition, by: User | None) -> None:
    page = ThemePage(slug=theme.code.lower(), live=False, has_unpublished_changes=True, owner=by)
    fill_theme(page, theme)
    home.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=by, content_changed=True)
    page.save_revision(user=by)


def export_themes(*, drafts: bool = False) -> tuple[list[ThemeDefinition], list[str]]:
    """The editions in force, or the latest drafts; and the codes of drafts that make no theme yet."""
    if not drafts:
        themes = Theme.objects.in_force().exclude(current_edition=None).select_related("current_edition__theme")
        return [theme.parsed for theme in themes], []
    found = {page.code or page.title: theme_of(page) for page in latest_drafts().values()}
    return [theme for theme in found.values() if theme], [code for code, theme in found.items() if theme is None]
