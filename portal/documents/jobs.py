"""Rendering as promised work."""

from portal.documents.models import RENDER, Document
from portal.jobs.registry import Urgency, handler


@handler(RENDER, urgency=Urgency.PAPERS)
def render(*, document: int) -> None:
    """Make the PDFs of an issued document unless they are there."""
    Document.objects.get(pk=document).render()
