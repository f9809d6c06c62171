"""What the editing form shows beside the fields."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import Panel

from pages.passed import second_hand


class PreflightPanel(Panel):
    """What stands against publishing the saved draft, and what is worth a second look."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "pages/preflight_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            findings = self.instance.findings()
            context = super().get_context_data(parent_context)
            blocking = [finding for finding in findings if finding.blocks]
            return {**context, "page": self.instance, "findings": findings, "blocking": blocking, "hand": self._hand()}

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
