"""SHA-256, hex: of data in its one spelling, and of an upload while it streams in, neither stored nor held whole."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


def canonical(data: Any) -> str:
    """The one spelling of data: keys sorted, no spaces, Chinese as it is."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data: Any) -> str:
    """SHA-256 of the canonical spelling, hex; speaks of the data as stored, whatever the schema has become since."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


class UploadedDigest(UploadedFile):  # type: ignore[type-arg]  # takes no argument at run time
    """What is left of an upload: its size and its SHA-256 (hex); `sha256` is empty when it was larger than allowed."""

    def __init__(self, *, size: int, sha256: str, **kwargs: Any) -> None:
        super().__init__(file=BytesIO(), size=size, **kwargs)
        self.sha256 = sha256


class DigestHandler(FileUploadHandler):
    """Hash each file of a request and drop it; beyond `max_bytes` it is read to its end and no longer hashed."""

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__()
        self.max_bytes = max_bytes

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size, self.hash = 0, hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size <= self.max_bytes:
            self.hash.update(raw_data)

    def file_complete(self, file_size: int) -> UploadedDigest:
        digest = self.hash.hexdigest() if self.size <= self.max_bytes else ""
        return UploadedDigest(size=self.size, sha256=digest, name=self.file_name, content_type=self.content_type)
