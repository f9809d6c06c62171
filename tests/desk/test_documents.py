"""Files that editors publish are what their names say."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pikepdf import Dictionary, Name, String
from wagtail.documents import get_document_model

from tests.files import PDF, pdf

pytestmark = pytest.mark.django_db
ARMED = pdf(lambda made: made.Root.update({"/OpenAction": Dictionary(S=Name.JavaScript, JS=String("x"))}))


@pytest.mark.parametrize(
    "data, kept", [(PDF, 1), (ARMED, 0), (b"<html><script>alert(1)</script></html>", 0), (b"\x89PNG\r\n\x1a\n", 0)]
)
def test_a_document_is_what_its_name_says(admin_client: Client, data: bytes, kept: int) -> None:
    file = SimpleUploadedFile("指南.pdf", data, content_type="application/pdf")
    collection = get_document_model()._meta.get_field("collection").get_default()
    fields = {"title": "指南", "file": file, "collection": collection, "tags": ""}
    answer = admin_client.post(reverse("wagtaildocs:add"), fields, follow=True)
    assert get_document_model().objects.count() == kept
    words = ("只能上传", "后缀不符", "会自动运行")
    assert any(word in answer.content.decode() for word in words) == (not kept)
