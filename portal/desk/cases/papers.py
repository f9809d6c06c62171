"""Printed documents and uploaded files, through the door of their case."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from portal.cases.models import Case, CaseFile
from portal.cases.opening import pdf_for
from portal.documents.models import Damaged
from portal.lib.files import serve_private
from portal.organisations.access import signed_in


@require_GET
def document_pdf(request: HttpRequest, case_pk: int, document_pk: int) -> HttpResponse:
    """A printed document of a case; rendered on the spot when the worker has not come to it yet."""
    case = get_object_or_404(Case.objects.visible_to(signed_in(request)), pk=case_pk)
    document = get_object_or_404(case.documents_for(request.user), pk=document_pk)
    try:
        data = pdf_for(signed_in(request), case, document)
    except Damaged:
        sentence = (
            f"{document.number}的文件已经丢失或者被改动，不能打印。请联系系统管理员从备份恢复，或者作废后重新出具。"
        )
        return render(request, "errors/message.html", {"title": "文书不能打印", "sentence": sentence}, status=503)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="document-{document.pk}.pdf"'
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
