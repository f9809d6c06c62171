"""The newest news on other pages."""

from django import template
from wagtail.query import PageQuerySet

from pages import news

register = template.Library()


@register.simple_tag
def latest_news(count: int = 5) -> PageQuerySet:
    """`{% latest_news 3 as news %}`, then `{% include "includes/news_list.html" %}`."""
    return news.latest_news(count)
