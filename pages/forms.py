"""The editing forms of guides and themes: saving is always allowed, publishing only when the definition holds."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from pages.beside import add_findings
from pages.blocks import departments
from pages.passed import lacking, not_reviewed
from portal.catalog.schema.choices import Choices
from portal.organisations.models import Zone

LEADS_TO_PUBLISHING = {"action-publish", "action-submit", "action-restart-workflow"}
"""The buttons after which the page is published without this form being asked again."""


def zones() -> Choices:
    return [("", "请选择"), *Zone.objects.values_list("code", "name")]


def bodies() -> Choices:
    return [("", "请选择"), *departments()]


class EditionedPageForm(WagtailAdminPageForm):
    """A page whose publication makes an edition. Says beside each field why it cannot be published; the page itself
    refuses as well."""

    zone = forms.ChoiceField(label="受理区", choices=zones, required=False)
    chosen: tuple[str, ...] = ("zone",)
    """Fields whose code stays to be seen when nothing bears it any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.has_unpublished_changes:  # what is in the field was said of the edition in force
            self.initial["edition_note"] = ""
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "留空的，用编码作网址。"
        for name in self.chosen:
            kept = getattr(self.instance, name, "")
            if name in self.fields and kept and kept not in dict(self.fields[name].choices):
                self.fields[name].choices = [*self.fields[name].choices, (kept, f"{kept}（已不存在）")]

    def clean_slug(self) -> str:
        """The address is made from the code unless somebody types another."""
        return self.cleaned_data.get("slug") or str(self.cleaned_data.get("code", "")).lower()

    def _post_clean(self) -> None:
        """The page as it would be saved is what is judged, so the fields must be on it first."""
        super()._post_clean()
        approves = "action-workflow-action" in self.data and self.data.get("workflow-action-name") == "approve"
        if self.errors or not (approves or LEADS_TO_PUBLISHING & set(self.data)):
            return
        if "action-publish" in self.data and (steps := lacking(self._place(), None)):
            add_findings(self, [not_reviewed(steps)])
            return
        add_findings(self, self.instance.findings())

    def has_changed(self) -> bool:
        """Whether the draft says anything else than before. Widgets of rich text and of streams send back other bytes
        for the same words; taken for a change, they would undo what a reviewer has just approved."""
        if not super().has_changed():
            return False
        draft = self.instance.latest_revision if self.instance.pk else None
        if draft is None or self.errors or any(formset.has_changed() for formset in self.formsets.values()):
            return True
        said = self.instance.serializable_data()
        return any(_words(said[name]) != _words(draft.content.get(name)) for name in self.fields if name in said)

    def _place(self) -> Page:
        """Where the page stands, or will: a new one has no place of its own yet."""
        return self.instance if self.instance.pk else self.parent_page


class GuidePageForm(EditionedPageForm):
    """办事指南."""

    lead_dept = forms.ChoiceField(label="实施主体", choices=bodies, required=False)
    coop_depts = forms.MultipleChoiceField(
        label="联办机构",
        choices=departments,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="流程里的协办部门；按住Ctrl键可以选几个。",
    )
    chosen = ("zone", "lead_dept")

    def clean_coop_depts(self) -> list[str]:
        """In the order of the definition, not in that of the box: two drafts differ by what was changed alone."""
        return sorted(self.cleaned_data["coop_depts"])


class ThemePageForm(EditionedPageForm):
    """一件事."""

    lead = forms.ChoiceField(label="牵头部门", choices=bodies, required=False)
    chosen = ("zone", "lead")


def _words(kept: Any) -> Any:
    """What a field says, without the names that the parts of a stream bear for the browser."""
    if isinstance(kept, str) and kept.startswith("["):
        with suppress(ValueError):
            return _words(json.loads(kept))
    if isinstance(kept, list):
        return [_words(one) for one in kept]
    if isinstance(kept, dict):
        return {name: _words(value) for name, value in kept.items() if name != "id"}
    return kept
