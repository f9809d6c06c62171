"""Files that editors publish: what a file is called and what it is must agree, and nothing may run in it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.documents.forms import BaseDocumentForm

from portal.lib.file_kinds import FileRefused
from portal.lib.files import require_safe


class DocumentForm(BaseDocumentForm):
    """Wagtail's form for a document, which by itself looks at the name only."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            file.seek(0)
            try:
                require_safe(file.read(), file.name)
            except FileRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
            file.seek(0)
        return file
