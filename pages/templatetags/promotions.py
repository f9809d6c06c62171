"""What editors put above the results of a search (搜索推荐)."""

from __future__ import annotations

from typing import Any

from django import template

from pages.promotions import SearchPromotion

register = template.Library()


@register.inclusion_tag("includes/promotions.html")
def promotions(query: str | None) -> dict[str, Any]:
    """`{% promotions query %}`: nothing for a query nobody thought of."""
    return {"promotions": list(SearchPromotion.objects.for_query(query or ""))}
