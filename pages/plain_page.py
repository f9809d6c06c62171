"""Pages of plain text."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from pages.base import RICH_TEXT, PortalPage


class PlainPage(PortalPage):
    """A page of plain text: notices, rules, how to get there."""

    body = RichTextField("正文", features=["h2", *RICH_TEXT[1:]])

    content_panels = [*Page.content_panels, FieldPanel("body")]

    parent_page_types = ["pages.HomePage", "pages.PlainPage"]
    subpage_types = ["pages.PlainPage"]

    class Meta:
        verbose_name = "普通页面"
