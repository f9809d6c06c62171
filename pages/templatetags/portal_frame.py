"""The frame of the public site, for every template that extends `base.html`."""

from typing import Any

from django import template

from pages.frame import Frame, frame_of

register = template.Library()


@register.simple_tag(takes_context=True)
def site_frame(context: dict[str, Any]) -> Frame:
    return frame_of(context.get("request"))
