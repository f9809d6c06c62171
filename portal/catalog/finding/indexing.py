"""Keeping the index in step: an item enters it when it is published or reopened, also before its first day, and leaves
it when it is withdrawn.

Both happen in the transaction of the change, so what citizens find is never ahead of or behind what is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from portal.catalog.finding.models import Entry, Facet, Mark, text_index
from portal.catalog.finding.reading import FILLERS
from portal.catalog.items.models import ServiceItem, Theme
from portal.catalog.schema.choices import life_events
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.search import pinyin
from portal.lib.search.fulltext import texts
from portal.lib.search.text import key, pairs, tokens
from portal.organisations.models import Organisation, Zone

BATCH = 500
MOST_TOKENS = 12_000
"""Of material names, cooperating departments and the like; the longest real list has a tenth of it."""
PERSON, BODY = "person", "body"
OFFLINE = "none"
PERSONS = {"自然人"}


def index_items(items: Iterable[ServiceItem]) -> int:
    """Bring the entries of these items into step with their editions in force; how many can be found now."""
    wanted = [item.pk for item in items]
    found = 0
    for start in range(0, len(wanted), BATCH):
        found += _index_batch(wanted[start : start + BATCH])
    return found


def rebuild() -> int:
    """Build the whole index anew; returns the number of entries."""
    with transaction.atomic():
        Entry.objects.all().delete()
        text_index().clear()
        return index_items(ServiceItem.objects.only("pk"))


def catch_up() -> int:
    """Index what people find without an entry and drop entries of what they do not; how many items that concerned."""
    is_shown = ServiceItem.objects.shown()
    concerned = ServiceItem.objects.filter(
        Q(pk__in=is_shown.filter(entry=None).values("pk")) | Q(entry__isnull=False) & ~Q(pk__in=is_shown.values("pk"))
    )
    ids = list(concerned.values_list("pk", flat=True))
    index_items(ServiceItem(pk=pk) for pk in ids)
    return len(ids)


@transaction.atomic
def _index_batch(ids: list[int]) -> int:
    items = ServiceItem.objects.shown().filter(pk__in=ids).select_related("zone", "current_edition")
    items = items.select_for_update(of=("self",)).order_by("pk")  # nobody else indexes these items meanwhile
    sources = Sources()
    drafts = [Draft(item, sources) for item in items]
    Mark.objects.filter(entry__in=ids).delete()
    Entry.objects.filter(pk__in=ids).delete()
    text_index().remove(ids)
    Entry.objects.bulk_create(draft.entry for draft in drafts)
    Mark.objects.bulk_create(mark for draft in drafts for mark in draft.marks())
    text_index().put({draft.entry.pk: draft.columns() for draft in drafts})
    return len(drafts)


class Sources:
    """What entries need beside their editions, read once for a batch: bodies and the themes items belong to."""

    def __init__(self) -> None:
        self.bodies = {body.code: body for body in Organisation.objects.all()}
        self.themes: dict[str, list[tuple[str, str]]] = {}
        for code, name, definition in Theme.objects.in_force().values_list("code", "name", "definition"):
            for item in definition.get("items", []):
                self.themes.setdefault(item, []).append((code, name))

    def names(self, code: str) -> list[str]:
        """Every name a body goes by."""
        body = self.bodies.get(code)
        return [body.short_name, body.full_name, *body.aliases] if body else []


class Draft:
    """One item on its way into the index."""

    def __init__(self, item: ServiceItem, sources: Sources) -> None:
        self.item = item
        self.sources = sources
        self.definition: ItemDefinition = item.edition_in_force.parsed
        name = self.definition.name
        self.aliases = [part for part in (self.definition.short_name, self.definition.sub_item_name) if part]
        self.entry = Entry(
            item=item,
            code_key=key(self.definition.code),
            name_key=key(name)[:200],
            alias=key("".join(self.aliases))[:400],
            name_length=len(key(name)),
            letter=pinyin.letter(name),
            az=pinyin.sort_key(name),
            rank=(item.zone.order * 1_000_000 + item.zone_id % 1_000_000) * 1_000_000 + item.pk % 1_000_000,
        )

    def columns(self) -> dict[str, list[str]]:
        """Column of the full text → tokens."""
        named = [self.definition.name, *self.aliases]
        told = list(dict.fromkeys(self._texts()))
        return {
            "name": list(tokens(self.definition.name)),
            "alias": texts(tokens(alias) for alias in self.aliases),
            "lead": texts(tokens(part) for part in self.sources.names(self.definition.lead_dept)),
            "text": texts(tokens(part) for part in told)[:MOST_TOKENS],
            "code": pinyin.tails(list(self.entry.code_key)),
            "pinyin": list(dict.fromkeys(token for part in named for token in pinyin.spellings(part))),
            "whole": list(dict.fromkeys(token for part in named for token in pinyin.whole_spellings(part))),
            "pairs": pairs(" ".join(named)),
            "told": pairs(" ".join(told))[:MOST_TOKENS],
            "body": pairs(" ".join(self._sentences()))[:MOST_TOKENS],
            "sound": list(dict.fromkeys(token for part in named for token in pinyin.half_heard(part))),
        }

    def _texts(self) -> Iterator[str]:
        definition = self.definition
        for code in (*definition.departments, *definition.coop_depts):
            yield from self.sources.names(code)
        yield self.item.zone.name
        yield from (name for _, name in self.sources.themes.get(definition.code, ()))
        yield from (*definition.topics_person, *definition.topics_corp, definition.stage, definition.item_type)
        yield from (result.name for result in definition.results)
        yield from (material.name for material in definition.materials)

    def _sentences(self) -> Iterator[str]:
        """What the guide says at length; found only when nothing nearer answers."""
        definition = self.definition
        yield from (*definition.conditions, *definition.prohibitions, definition.note, definition.exercise_content)
        yield from (definition.fee.item, definition.fee.standard, definition.fee.note)
        for question in definition.questions:
            yield from (question.text, *(choice.text for choice in question.choices))
        for material in definition.materials:
            yield from (material.accept_standard, material.fill_notes, material.remark)
        for step in definition.route.steps():
            yield from (step.name, step.standard)
        for faq in definition.faqs:
            yield from (FILLERS.sub(" ", faq.question), faq.answer)

    def marks(self) -> list[Mark]:
        found = dict.fromkeys((facet, value[:100]) for facet, value in self._values() if value)
        return [Mark(entry=self.entry, facet=facet, value=value) for facet, value in found]

    def _values(self) -> Iterator[tuple[str, str]]:
        definition = self.definition
        yield Facet.ZONE, definition.zone
        yield Facet.DEPARTMENT, definition.lead_dept
        for served in definition.service_objects:
            yield Facet.SUBJECT, PERSON if served in PERSONS else BODY
        for topic in (*definition.topics_person, *definition.topics_corp):
            yield Facet.TOPIC, topic
        for event in life_events(definition.topics_person, definition.topics_corp):
            yield Facet.LIFE, event
        for code, _ in self.sources.themes.get(definition.code, ()):
            yield Facet.EVENT, code
        yield Facet.TYPE, definition.item_type
        yield Facet.SPEED, definition.case_type
        for depth in definition.online_depth or (() if definition.online else (OFFLINE,)):
            yield Facet.DEPTH, depth
        for channel in definition.channels:
            yield Facet.CHANNEL, channel
        yield Facet.LETTER, self.entry.letter


def index_theme(theme: Theme, before: Iterable[str] = ()) -> None:
    """The items of a theme are found by its name; `before` are the codes it had until now."""
    codes = {*theme.parsed.items, *before}
    index_items(ServiceItem.objects.filter(code__in=codes).only("pk"))


@receiver(post_save, sender=Organisation)
def follow_the_body(instance: Organisation, created: bool, **kwargs: object) -> None:
    """A department that is renamed is found by its new name at once."""
    if not created:
        editions = Entry.objects.values_list("pk", "item__current_edition__definition").iterator()
        _index_again(pk for pk, definition in editions if instance.code in _bodies_of(definition))


@receiver(post_save, sender=Zone)
def follow_the_zone(instance: Zone, created: bool, **kwargs: object) -> None:
    """The same for a zone that is renamed or moved in the order."""
    if not created:
        _index_again(Entry.objects.filter(item__zone=instance).values_list("pk", flat=True))


def _index_again(ids: Iterable[int]) -> None:
    index_items(ServiceItem(pk=pk) for pk in list(ids))


def _bodies_of(definition: dict[str, Any]) -> set[str]:
    steps = (step for stage in definition["route"]["stages"] for step in stage["steps"])
    return {definition["lead_dept"], *definition.get("coop_depts", ()), *(step["department"] for step in steps)}
