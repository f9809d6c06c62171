"""What is printed as a link is judged once more: an older edition or another way in may hold anything."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.lib import links

register = template.Library()


@register.filter
def is_link(address: str) -> bool:
    """`{% if definition.online_url|is_link %}<a href=…`, otherwise the bare text."""
    return links.is_link(address)


@register.filter
def only_links(rendered: Any) -> SafeString:
    """`{{ page.intro|richtext|only_links }}`: Wagtail's own output with every other kind of link taken out."""
    return mark_safe(links.without_other_links(str(rendered)))
