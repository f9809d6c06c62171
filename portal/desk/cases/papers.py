"""Printed documents and uploaded files, through the door of their case."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from portal.cases.models import Case, CaseFile
from portal.cases.opening import Seen, pdf_for
from portal.documents.models import Damaged, Document
from portal.handover.models import Slip
from portal.lib.binding import joined
from portal.lib.files import serve_private
from portal.organisations.access import signed_in


@require_GET
def document_pdf(request: HttpRequest, case_pk: int, document_pk: int) -> HttpResponse:
    """A printed document of a case; rendered on the spot when the worker has not come to it yet."""
    case = get_object_or_404(Case.objects.visible_to(signed_in(request)), pk=case_pk)
    document = get_object_or_404(case.documents_for(request.user), pk=document_pk)
    return _printed(request, case, [document], f"document-{document.pk}.pdf")


@require_GET
def slip_paper(request: HttpRequest, slip_pk: int) -> HttpResponse:
    """The print of a slip, through the door of slips: a department that brings papers home has no part in the case."""
    slip = get_object_or_404(Slip.objects.visible_to(signed_in(request)), pk=slip_pk)
    return _printed(request, slip, [slip.document], f"document-{slip.document_id}.pdf")


@require_GET
def all_papers(request: HttpRequest, case_pk: int) -> HttpResponse:
    """Every standing paper of a case that this user may open, as one PDF in the order of their issue."""
    case = get_object_or_404(Case.objects.visible_to(signed_in(request)), pk=case_pk)
    documents = list(case.documents_for(request.user).filter(voided_at=None))
    if not documents:
        raise Http404
    return _printed(request, case, documents, f"case-{case.pk}.pdf")


def _printed(request: HttpRequest, seen: Seen, documents: list[Document], name: str) -> HttpResponse:
    """The papers in one file; a sentence with the number of one that is damaged."""
    parts = []
    for document in documents:
        try:
            parts.append(pdf_for(signed_in(request), seen, document))
        except Damaged:
            sentence = (
                f"{document.number}的文件已经丢失或者被改动，不能打印。请联系系统管理员从备份恢复，或者作废后重新出具。"
            )
            return render(request, "errors/message.html", {"title": "文书不能打印", "sentence": sentence}, status=503)
    response = HttpResponse(parts[0] if len(parts) == 1 else joined(parts), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def case_file(request: HttpRequest, uuid: str) -> HttpResponseBase:
    """An uploaded file, always as a download."""
    file = get_object_or_404(CaseFile, uuid=uuid)
    if not Case.objects.visible_to(signed_in(request)).filter(pk=file.case_id).exists():
        raise Http404
    return serve_private(file.path, download_name=file.name, content_type=file.content_type)
