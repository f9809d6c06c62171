"""Publishing many pages at once (批量发布): each by itself. What may not be published is named, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.models import Page

from portal.catalog.judging.findings import PreflightFailed
from portal.lib.refusal import Refused
from portal.organisations.models import User

MOST_TOLD = 20
"""Pages whose reasons are told; of more, their number alone."""
MOST_REASONS = 3


class PublishMany(PublishBulkAction):
    """Takes the place of Wagtail's own, which stops at the first refusal and leaves the rest as it was."""

    def execute_action(  # called of the view at hand, which keeps what is refused
        self, objects: Iterable[Page], include_descendants: bool = False, user: User | None = None, **kwargs: Any
    ) -> tuple[int, int]:
        self.refusals: list[str] = []
        chosen = below = 0
        for page in objects:
            chosen += self._publish(page, user)
            for draft in self._drafts_below(page, user) if include_descendants else ():
                below += self._publish(draft, user)
        return chosen, below

    def _drafts_below(self, page: Page, user: User | None) -> Iterator[Page]:
        for draft in page.get_descendants().not_live().defer_streamfields().specific().iterator():
            if user is None or draft.permissions_for_user(user).can_publish():
                yield draft

    def _publish(self, page: Page, user: User | None) -> bool:
        """Whether it was published; nothing of a refused one is kept."""
        try:
            with transaction.atomic():
                revision = page.get_latest_revision() or page.specific.save_revision(user=user)
                revision.publish(user=user)
        except PreflightFailed as failure:
            self.refusals.append(f"“{page.title}”没有发布：{_reasons(failure)}")
        except Refused as refusal:
            self.refusals.append(f"“{page.title}”没有发布：{refusal}")
        else:
            return True
        return False

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """How many were published; before it, each that was not."""
        for sentence in self.refusals[:MOST_TOLD]:
            messages.error(self.request, sentence)
        if (more := len(self.refusals) - MOST_TOLD) > 0:
            messages.error(self.request, f"另有{more}个页面没有发布，请逐个打开查看原因。")
        if not num_parent_objects + num_child_objects:
            return None
        said: str = super().get_success_message(num_parent_objects, num_child_objects)
        return said


def _reasons(failure: PreflightFailed) -> str:
    found = [finding for finding in failure.findings if finding.blocks]
    said = "".join(finding.told for finding in found[:MOST_REASONS])
    return said + (f"共有{len(found)}处须改正。" if len(found) > MOST_REASONS else "")
