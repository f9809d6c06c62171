"""Blank forms and samples of the starting content as documents, which editors exchange for their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from wagtail.documents import get_document_model

from portal.catalog.exchange.form_files import FOLDER, title_of
from portal.catalog.schema.definition import FileRef, ItemDefinition, Material

Files = Mapping[str, Mapping[str, str]]
"""Name of a material → which of its files (`blank_form`, `sample`) is called what in the folder."""


def with_files(definition: ItemDefinition, files: Files, content_dir: Path) -> ItemDefinition:
    """The definition with a document for every file that its guide names; made once, shared by all items."""
    if not files:
        return definition
    materials = tuple(
        _with_files(material, files.get(material.name, {}), content_dir) for material in definition.materials
    )
    return definition.model_copy(update={"materials": materials})


def _with_files(material: Material, files: Mapping[str, str], content_dir: Path) -> Material:
    refs = {kind: _document(content_dir / FOLDER / name, title_of(material.name, name)) for kind, name in files.items()}
    return material.model_copy(update=refs)


def _document(path: Path, title: str) -> FileRef:
    documents: Any = get_document_model().objects
    found = documents.filter(title=title).first()
    if found is None:
        with path.open("rb") as opened:
            found = documents.create(title=title, file=File(opened, name=f"{title}.pdf"))
    return FileRef(document=found.pk, title=title)
