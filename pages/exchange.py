"""Items and themes from a file become drafts of their pages, and pages become files. Importing never publishes.

Everything of one file happens in one transaction: either everything is kept as a draft or nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial

from django.core.exceptions import ValidationError as FieldErrors
from django.db import transaction
from pydantic import ValidationError
from wagtail.documents import get_document_model
from wagtail.log_actions import log

from pages import exchange_themes
from pages.blocks import departments_read_once
from pages.catalogue_page import CataloguePage
from pages.elements import compiled, fill
from pages.guide_page import GuidePage
from portal.catalog.editions.publishing import examine, surroundings
from portal.catalog.exchange.files import read_file
from portal.catalog.exchange.limits import BY_COMMAND, Limits
from portal.catalog.exchange.names import Names, known_names
from portal.catalog.exchange.report import Path, Problem, Report, Row, Status, clip, judge
from portal.catalog.judging.findings import path_of, shape_findings
from portal.catalog.models import ItemStatus, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.refusal import Refused
from portal.organisations.models import User


class ImportRefused(Refused):
    """Nothing was imported; `report` says why, row by row."""

    def __init__(self, report: Report) -> None:
        super().__init__("文件里有错误，没有导入任何事项。")
        self.report = report


@dataclass
class Outcome:
    """Codes of what became a new guide, what got a new draft, and what was already so."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


Drafts = dict[str, list[GuidePage]]
"""The guides that bear a code in their latest draft, by that code; more than one is a mistake that people make."""


def preview(data: bytes, *, by: User | None = None, limits: Limits = BY_COMMAND) -> Report:
    """What importing this file would do; writes nothing."""
    return _prepared(data, by, limits, keep=False)[0]


def import_file(data: bytes, *, by: User | None, confirmed: str = "", limits: Limits = BY_COMMAND) -> Report:
    """Import the whole file; raises ImportRefused with the report when anything in it is wrong.

    `confirmed` is the digest of the report that somebody read; what would now happen must still be the same.
    """
    with transaction.atomic():
        catalogue = _one_at_a_time()
        report, drafts = _prepared(data, by, limits)
        if not report.is_clean:
            raise ImportRefused(report)
        if confirmed and confirmed != report.digest:
            raise Refused("检查之后有人改动了事项，检查结果已经更新，请看过再导入。")
        touched = [row.definition for row in report.rows if row.definition and row.status != Status.SAME]
        _keep_all(catalogue, touched, drafts, by)
        exchange_themes.keep(report.themes, by)
    return report


@transaction.atomic
def import_definitions(definitions: Iterable[ItemDefinition], *, by: User | None) -> Outcome:
    """Keep every definition as a draft: of its guide, or of a new one below the catalogue. Raises Refused."""
    catalogue = _one_at_a_time()
    wanted = list(definitions)
    return _keep_all(catalogue, wanted, latest_drafts({definition.code for definition in wanted}), by)


def export_definitions(*, drafts: bool = False) -> tuple[list[ItemDefinition], list[str]]:
    """The editions in force, or the latest drafts; and the codes of drafts that make no definition yet."""
    if not drafts:
        items = ServiceItem.objects.filter(status=ItemStatus.IN_FORCE).exclude(current_edition=None)
        return [item.edition_in_force.parsed for item in items.select_related("current_edition__item")], []
    found = {page.code or page.title: definition_of(page) for page in _all_drafts()}
    return [item for item in found.values() if item], [code for code, item in found.items() if item is None]


def export_names() -> Names:
    return known_names()


# -- drafts -----------------------------------------------------------------------------------------------------------


def _prepared(data: bytes, by: User | None, limits: Limits, *, keep: bool = True) -> tuple[Report, Drafts]:
    names = replace(known_names(), files=frozenset(get_document_model().objects.values_list("pk", flat=True)))
    reading = read_file(data, names, limits)
    codes = {entry.code for entry in reading.entries}
    drafts = latest_drafts(codes)
    existing = {code: definition_of(pages[0]) for code, pages in drafts.items()}
    with departments_read_once():
        advise = partial(examine, around=surroundings(codes))
        report = judge(reading, names, existing, settle=settled, advise=advise, keep=keep)
    rows = tuple(_checked(row, drafts.get(row.code, []), by) for row in report.rows)
    themes = exchange_themes.judged(reading.themes, names, codes, by)
    return replace(report, rows=rows, themes=themes), drafts


def latest_drafts(codes: set[str]) -> Drafts:
    """The guides that bear these codes in their latest draft."""
    found: Drafts = {}
    for page in _all_drafts(codes):
        found.setdefault(page.code, []).append(page)
    return found


def _all_drafts(codes: set[str] | None = None) -> Iterator[GuidePage]:
    """Every guide as it was last saved; a page without unpublished changes is its own latest draft."""
    for page in GuidePage.objects.select_related("latest_revision").order_by("pk").iterator(chunk_size=200):
        revision = page.latest_revision if page.has_unpublished_changes else None
        code = revision.content.get("code", "") if revision else page.code
        if codes is None or code in codes:
            yield page.with_content_json(revision.content) if revision else page


def definition_of(page: GuidePage) -> ItemDefinition | None:
    """The definition of a draft; None while it makes none."""
    try:
        return page.parsed
    except ValidationError:
        return None


def settled(definition: ItemDefinition) -> tuple[ItemDefinition, list[tuple[Path, str]]]:
    """The definition as a guide page keeps it, and what such a page cannot hold."""
    page = GuidePage()
    fill(page, definition)
    read = compiled(page)
    unkept = list(_not_offered(page))
    for finding in read.findings:
        sentence = f"{finding.message}问题和字段的名称不能重复，答案里不能有；和、。"
        unkept.append((path_of(finding.field), sentence))
    try:
        return ItemDefinition.model_validate(read.data), unkept
    except ValidationError as error:
        unkept += [(path_of(finding.field), finding.message) for finding in shape_findings(error)]
        return definition, unkept


@cache
def _foreign_fields() -> frozenset[str]:
    """What a guide page has from pages in general, and an item says nothing of."""
    own = {kept.name for kept in GuidePage._meta.local_fields}
    return frozenset(kept.name for kept in GuidePage._meta.fields if kept.name not in own)


def _not_offered(page: GuidePage) -> Iterator[tuple[Path, str]]:
    """Fields whose value the editing form does not offer, or does not take."""
    try:
        page.clean_fields(exclude=_foreign_fields())
    except FieldErrors as errors:
        fields = {kept.name: kept for kept in GuidePage._meta.concrete_fields}
        for name in errors.message_dict:
            kept = fields[name]
            offered = [str(words) for value, words in kept.choices or () if value]
            mend = f"应当是：{'、'.join(offered)}。" if offered else "编辑页面不能保存，请改正。"
            written = clip(getattr(page, name))
            yield (name,), f"“{kept.verbose_name}”不能填“{written}”，{mend}"


# -- keeping ----------------------------------------------------------------------------------------------------------


def _one_at_a_time() -> CataloguePage:
    """The catalogue, held until the import is over: two imports must not both create the same guide."""
    catalogue = CataloguePage.objects.select_for_update().order_by("pk").first()
    if catalogue is None:
        raise Refused("还没有事项目录页面，请先在网站首页下建立。")
    return catalogue


def _checked(row: Row, pages: list[GuidePage], by: User | None) -> Row:
    """What stands in the way on the side of the guides: two with one code, or one that others are working on."""
    if row.status not in {Status.NEW, Status.CHANGED}:
        return row
    sentence = ""
    if len(pages) > 1:
        sentence = f"有{len(pages)}个办事指南用了编码{row.code}，请先删除多余的一个。"
    elif pages and (lock := pages[0].get_lock()) and (by is None or lock.for_user(by)):
        sentence = f"办事指南“{pages[0].title}”已经锁定或者正在审核，现在不能修改。"
    if not sentence:
        return row
    return replace(row, status=Status.WRONG, problems=(Problem(row.place, sentence),), definition=None)


def _keep_all(
    catalogue: CataloguePage, definitions: Iterable[ItemDefinition], drafts: Drafts, by: User | None
) -> Outcome:
    outcome = Outcome()
    for definition in definitions:
        pages = drafts.get(definition.code, [])
        try:
            _keep(catalogue, pages[0] if pages else None, definition, by, outcome)
        except FieldErrors as errors:
            said = "".join(errors.messages)
            raise Refused(f"事项{definition.code}不能保存：{said}没有导入任何事项。") from errors
    return outcome


def _keep(
    catalogue: CataloguePage, page: GuidePage | None, definition: ItemDefinition, by: User | None, outcome: Outcome
) -> None:
    if page is None:
        _create(catalogue, definition, by)
        outcome.created.append(definition.code)
    elif definition_of(page) == settled(definition)[0]:
        outcome.same.append(definition.code)
    else:
        _write(page, definition)
        page.save_revision(user=by, log_action=True)
        outcome.changed.append(definition.code)


def _create(catalogue: CataloguePage, definition: ItemDefinition, by: User | None) -> None:
    page = GuidePage(slug=definition.code.lower(), live=False, has_unpublished_changes=True, owner=by)
    _write(page, definition)
    catalogue.add_child(instance=page)
    log(instance=page, action="wagtail.create", user=by, content_changed=True)
    page.save_revision(user=by)


def _write(page: GuidePage, definition: ItemDefinition) -> None:
    """Put the definition into the fields of the page; its own texts (补充说明) stay."""
    fill(page, definition)
