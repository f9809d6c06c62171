"""What of a paper only some may read in full: kept encrypted beside the masked content that everybody else reads.

The content of a paper lies in the database and in its hash; personal numbers stand there only under the key of
`portal.lib.crypto`.
"""

from __future__ import annotations

import json
from typing import Any

from portal.lib.crypto import decrypt, encrypt

SEALED = "sealed"
"""The name under which a content carries it."""


def seal(part: dict[str, Any]) -> str:
    """The part of a content that stands in full on the whole paper, encrypted."""
    return encrypt(json.dumps(part, ensure_ascii=False))


def opened(content: dict[str, Any]) -> dict[str, Any]:
    """The content as the whole paper says it; the same content when nothing of it is sealed."""
    if SEALED not in content:
        return content
    masked = {name: value for name, value in content.items() if name != SEALED}
    return {**masked, **json.loads(decrypt(content[SEALED]))}
