"""Where a case lies, written once more on the rows that hang on it: their doors and counts are then one index's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import F, Q

from portal.organisations.models import ServiceCenter, Zone


class OfTheCase(models.ForeignKey):  # type: ignore[type-arg]  # takes no argument at run time
    """The centre or zone of the row's case, put in when the row is made: neither of a case ever changes.

    The case has the constraint of the database; for a migration it is an ordinary link.
    """

    def __init__(self, to: Any, **named: Any) -> None:
        ours: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+", "editable": False}
        super().__init__(to, **{**ours, "db_index": False, "db_constraint": False, **named})

    def deconstruct(self) -> Any:
        name, _, given, named = super().deconstruct()
        return name, "django.db.models.ForeignKey", given, named

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        if add:
            setattr(model_instance, self.attname, getattr(model_instance.case, self.attname))
        return super().pre_save(model_instance, add)


class PlacedRow(models.Model):
    """A row that hangs on a `case` and lies where it lies."""

    center = OfTheCase(ServiceCenter, verbose_name="中心")
    zone = OfTheCase(Zone, verbose_name="受理区")

    class Meta:
        abstract = True


def elsewhere(model: type[PlacedRow], name: str) -> Iterator[str]:
    """A sentence for every row that does not lie where its case lies."""
    wrong = ~Q(center=F("case__center")) | ~Q(zone=F("case__zone"))
    for key in model._base_manager.filter(wrong).values_list("pk", flat=True).iterator():
        yield f"{name} {key}: does not lie where its case lies"
