"""Wagtail's own pages read a handful of parameters without looking at their shape; here they come to it in shape."""

from __future__ import annotations

from collections.abc import Callable

from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.defaults import page_not_found
from wagtail.workflows import get_task_types

from portal.desk.base.parameters import Shape, number

NUMBERS = ("p", "page", "collection_id", "childOf", "target_pages[]", "parent_page_id")
LONGEST_KEY = 18


def chosen(value: str) -> str | None:
    """A row that is marked in a list, or all of them."""
    return value if value == "all" else number(value)


def kind_of_task(value: str) -> str | None:
    """The model of a step of a workflow."""
    return value if value.lower() in {model._meta.label_lower for model in get_task_types()} else None


def key_or_words(value: str) -> str | None:
    """Anything but a row's key that no database can hold; many filters of Wagtail's take keys."""
    return None if value.isdigit() and len(value) > LONGEST_KEY else value


SHAPES: dict[str, Shape] = {
    **dict.fromkeys(NUMBERS, number),
    "id": chosen,
    "create_model": kind_of_task,
    "q": str,
}


def mended(given: QueryDict) -> QueryDict:
    """The parameters without NUL, which no database takes, and without values that are not of their shape."""
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        shape = SHAPES.get(name, key_or_words)
        sound = [read for value in values if (read := shape(value.replace("\x00", ""))) is not None]
        if sound:
            kept.setlist(name, sound)
    if kept.get("q"):
        kept.pop("tag", None)  # the search of images fails on a list that a tag has narrowed
    kept._mutable = False
    return kept


class AdminAddresses:
    """For every address of the back office; a page that a list does not have is not found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.GET and _is_ours(request):
            request.GET = mended(request.GET)  # type: ignore[assignment]  # ours, of which nothing writes
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, InvalidPage) and _is_ours(request):
            return page_not_found(request, exception)
        return None


def _is_ours(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("wagtailadmin_home"))
