"""What is published in editions: numbered from 1, never changed, compared by digest, one of them in force.

Items and themes are kept this way. `Editioned` is the thing, `EditionOf` one edition of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.catalog.schema.definition import Definition
from portal.documents.models import Counter

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

D = TypeVar("D", bound=Definition)
LONGEST_NOTE = 300
"""Of why an edition was published (发布说明)."""
KEPT = 4096
"""Parsed definitions of one process; more editions than a centre has."""
_parsed: dict[tuple[str, int, str], Any] = {}


class EditionQuerySet(models.QuerySet):
    """No edition changes, also not past `save`."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("an edition does not change")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("an edition is kept for good")


class EditionOf(models.Model):
    """One published version of a thing."""

    number = models.PositiveIntegerField("版本号")
    definition = models.JSONField("定义")
    sha256 = models.CharField("校验值", max_length=64)
    published_at = models.DateTimeField("发布时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发布人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("发布说明", max_length=LONGEST_NOTE, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an edition does not change; publish a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an edition is kept for good")

    def read(self, schema: type[D]) -> D:
        """The definition; read once per process, because an edition cannot change."""
        key = (self._meta.label, self.pk, self.sha256)
        found = None if self.pk is None else _parsed.get(key)
        if found is None:
            found = schema.model_validate(self.definition)  # of the row at hand: a list costs no query for each
            if self.pk is not None:
                _remember(key, found)
        return found


def _remember(key: tuple[str, int, str], definition: Definition) -> None:
    if len(_parsed) >= KEPT:
        _parsed.clear()
    _parsed[key] = definition


class Editioned(models.Model):
    """A thing with a unique `code`, `editions`, and a `current_edition` that is in force."""

    series: ClassVar[str]
    """The counter of its numbers, before the key of the row."""

    current_edition: models.ForeignKey[Any, Any]
    """The one in force. Each kind of thing brings the field: its editions are rows of a table of its own."""
    editions: RelatedManager[Any]
    """All of them, the other side of their foreign key."""

    class Meta:
        abstract = True

    @classmethod
    def held(cls, code: str, **values: Any) -> Self:
        """The row of this code, locked until the transaction ends; made of `values` when it is new."""
        cls._default_manager.get_or_create(code=code, defaults=values)
        return cls._default_manager.select_for_update().get(code=code)

    def put_in_force(self, definition: Definition, *, values: dict[str, Any], **said: Any) -> Any:
        """Make the next edition unless the one in force says the same; either way it is in force, and the row has
        `values`. What is `said` goes with a new edition. The row is held by the caller.

        An edition says what the schema reads in it today, whatever order and whichever elements its schema had."""
        digest = definition.digest()
        edition = self.current_edition
        if edition is None or edition.read(type(definition)).digest() != digest:
            number = Counter.take(f"{self.series}:{self.pk}")
            said |= {"number": number, "definition": definition.model_dump(mode="json"), "sha256": digest}
            edition = self.editions.create(**said)
        type(self)._default_manager.filter(pk=self.pk).update(**(values | {"current_edition": edition}))
        return edition
