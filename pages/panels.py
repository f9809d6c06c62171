"""What the editing form shows beside the fields."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from wagtail.admin.panels import Panel, TabbedInterface

from pages.beside import form_path
from pages.passed import second_hand
from portal.catalog.judging.findings import Finding, path_of


class FindingTabs(TabbedInterface):
    """Tabs that say how many places on them must be mended: of a form that was refused its errors, else what stands
    against publishing the saved draft."""

    class BoundPanel(TabbedInterface.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            faults = self._faults()
            for tab in self.children:
                names = tab.panel.get_form_options().get("fields", [])
                if count := sum(faults[name] for name in names):
                    badge = '{} <span class="portal-faults">{}<span class="w-sr-only">处须改正</span></span>'
                    tab.heading = format_html(badge, tab.heading, count)

        def _faults(self) -> Counter[str]:
            """How many, by the name of the field."""
            if self.form is not None and self.form.is_bound:
                return Counter({name: sum(map(leaves, found.as_data())) for name, found in self.form.errors.items()})
            if self.instance.pk is None:
                return Counter()
            blocking = (finding for finding in findings_of(self.instance) if finding.blocks)
            return Counter(str(path[0]) for one in blocking if (path := form_path(path_of(one.field))))


def findings_of(page: Any) -> list[Finding]:
    """What stands against a page as it is on the form, worked out once for all that shows it."""
    if not hasattr(page, "_shown_findings"):
        page._shown_findings = page.findings()
    return list(page._shown_findings)


def leaves(error: ValidationError) -> int:
    """How many places an error points at: a stream's holds one for each part that has something wrong."""
    inner = [*getattr(error, "block_errors", {}).values(), *getattr(error, "non_block_errors", [])]
    return sum(map(leaves, inner)) or 1


class PreflightPanel(Panel):
    """What stands against publishing the saved draft, and what is worth a second look."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "pages/preflight_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            findings = findings_of(self.instance)
            context = super().get_context_data(parent_context)
            blocking = [finding for finding in findings if finding.blocks]
            rest = [finding for finding in findings if not finding.blocks]
            shown = {"findings": [*blocking, *rest], "blocking": blocking, "hand": self._hand()}
            return {**context, "page": self.instance, "refused": self.form.is_bound, **shown}

        def _hand(self) -> str:
            """Why this reviewer finds no button to approve with."""
            state = self.instance.current_workflow_task_state
            user = self.request.user
            if state is None or state.task.specific.locked_for_user(self.instance, user):
                return ""
            return second_hand(state, user)


class ThemePanel(PreflightPanel):
    """The same of a theme: its findings name what they speak of."""

    class BoundPanel(PreflightPanel.BoundPanel):
        template_name = "pages/theme_panel.html"
