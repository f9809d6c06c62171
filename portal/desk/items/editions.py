"""Editions of an item for content posts and supervisors: one edition read-only, two of them beside each other."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.catalog.drawing.chart import process_chart_svg
from portal.catalog.judging.findings import Finding
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.schema.reading import elements
from portal.desk.base.parameters import number
from portal.desk.base.views import DeskView
from portal.desk.items.views import reads_history
from portal.organisations.access import signed_in
from portal.organisations.models import Organisation, Zone

SEVERITIES = {"error": "须改正", "waived": "已豁免", "warn": "提示"}


class EditionDoor(DeskView):
    """Pages below an item, for whoever reads its history."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reads_history(signed_in(request)):
            raise PermissionDenied
        self.request = request
        _ = self.item
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def item(self) -> ServiceItem:
        return get_object_or_404(ServiceItem, code=self.kwargs["code"])

    def edition(self, number: int) -> Edition:
        found = self.item.editions.select_related("published_by").filter(number=number).first()
        if found is None:
            raise Http404
        found.item = self.item
        return found

    def get_trail(self) -> list[tuple[str, str]]:
        register = (reverse("items_modeladmin_index"), "事项")
        return [register, (reverse("items_modeladmin_inspect", args=[self.item.pk]), self.item.name)]

    def names(self) -> dict[str, dict[str, str]]:
        """What codes are called."""
        return {
            "departments": dict(Organisation.objects.values_list("code", "short_name")),
            "zones": dict(Zone.objects.values_list("code", "name")),
        }


class EditionView(EditionDoor):
    """One edition as it was published, with who published it and what the check before it found."""

    template_name = "desk/edition.html"

    def get_page_title(self) -> str:
        return f"{self.item.name} 第{self.kwargs['number']}版"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edition = self.edition(self.kwargs["number"])
        definition = edition.parsed
        return super().get_context_data(
            item=self.item,
            edition=edition,
            elements=elements(definition, **self.names()),
            chart=process_chart_svg(definition),
            report=[(SEVERITIES[found.severity], found) for found in _found(edition)],
            is_current=edition.pk == self.item.current_edition_id,
            **kwargs,
        )


def _found(edition: Edition) -> list[Finding]:
    """What the check before publishing advised, and what was waived and by whom."""
    names = [field.name for field in fields(Finding)]
    return [Finding(**{name: row[name] for name in names if name in row}) for row in edition.report]


class CompareView(EditionDoor):
    """Two editions element by element; the address says which, by default the newest two."""

    template_name = "desk/edition_compare.html"
    takes = {"new": number, "old": number}

    def get_page_title(self) -> str:
        return f"{self.item.name} 版本比较"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = list(self.item.editions.values_list("number", flat=True))
        newest = numbers[0] if numbers else 0
        new = self._number("new", newest)
        old = self._number("old", max(new - 1, 1))
        return super().get_context_data(
            item=self.item, numbers=numbers, new=new, old=old, changes=self._changes(old, new), **kwargs
        )

    def _number(self, name: str, default: int) -> int:
        return int(self.request.GET.get(name, default))

    def _changes(self, old: int, new: int) -> list[dict[str, Any]]:
        """Each element that differs: title, its lines before and after, and whether each line is on both sides."""
        names = self.names()
        before = {one.name: one for one in elements(self.edition(old).parsed, **names)}
        after = {one.name: one for one in elements(self.edition(new).parsed, **names)}
        found = []
        for name in dict.fromkeys([*after, *before]):
            left, right = (side[name].lines if name in side else [] for side in (before, after))
            if left != right:
                title = (after.get(name) or before[name]).title
                found.append({"title": title, "old": _marked(left, right), "new": _marked(right, left)})
        return found


def _marked(lines: list[str], others: list[str]) -> list[tuple[str, bool]]:
    """Each line, and whether the other side lacks it."""
    return [(line, line not in others) for line in lines]
