"""One moved deadline: from when to when, why, and what the applicant still holds."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from portal.desk.base.views import ThingView


class MovePage(ThingView):
    template_name = "desk/move.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case_url = reverse("cases_modeladmin_inspect", args=[self.thing.holder])
        return super().get_context_data(move=self.thing, case_url=case_url, **kwargs)
