"""What editors put above the results of a search (搜索推荐). Looking never writes: strangers type anything."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q
from wagtail.contrib.search_promotions.models import SearchPromotion
from wagtail.models import Page
from wagtail.search.utils import MAX_QUERY_STRING_LENGTH, normalise_query_string

register = template.Library()

MOST = 5


@register.inclusion_tag("includes/promotions.html")
def promotions(query: str) -> dict[str, Any]:
    """`{% promotions query %}`: nothing for a query nobody thought of; a page that is not public is left out."""
    text = normalise_query_string(str(query or "").replace("\x00", ""))
    if not text or len(text) > MAX_QUERY_STRING_LENGTH:
        return {"promotions": []}
    shown = Q(page=None) & ~Q(external_link_url="") | Q(page__in=Page.objects.live().public())
    picks = SearchPromotion.objects.filter(shown, query__query_string=text).select_related("page")
    return {"promotions": picks.order_by("sort_order", "pk")[:MOST]}
