"""同义词 in the back office: what people say for what items are called."""

from __future__ import annotations

from wagtail_modeladmin.options import ModelAdmin

from portal.catalog.finding.models import Synonym


class SynonymAdmin(ModelAdmin):
    """Kept by editors and the office; a change is in force with the next query."""

    model = Synonym
    menu_label = "检索同义词"
    menu_icon = "search"
    menu_order = 71
    list_display = ("words", "targets", "updated_at")
    search_fields = ("words", "targets")
