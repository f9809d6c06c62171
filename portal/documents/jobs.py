"""Rendering as promised work."""

from portal.documents.models import Document
from portal.jobs.registry import handler


@handler("documents.render")
def render(*, document: int) -> None:
    """Make the PDF of an issued document unless it is there."""
    Document.objects.get(pk=document).pdf()
