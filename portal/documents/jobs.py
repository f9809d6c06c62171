"""Rendering as promised work."""

from portal.documents.models import Document
from portal.jobs.registry import Urgency, handler


@handler("documents.render", urgency=Urgency.PAPERS)
def render(*, document: int) -> None:
    """Make the PDF of an issued document unless it is there."""
    Document.objects.get(pk=document).pdf()
