"""Demo people: only where DEMO=1, with one password made on this machine at the first run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from portal.lib.content import read_yaml
from portal.organisations.models import Organisation, Post, Role, ServiceCenter, User, Window

ACCOUNTS_FILE = "demo-accounts.txt"


def accounts(content_dir: Path) -> Iterator[dict[str, Any]]:
    """The demo accounts of centre.yaml, those of the departments written out."""
    centre = read_yaml(content_dir / "centre.yaml")
    yield from centre["demo_accounts"]
    names = dict(Organisation.objects.values_list("code", "short_name"))
    for row in centre["demo_departments"]:
        office, chief = [Role.DEPT_RECEIVER, Role.OFFICER], [Role.REVIEWER, Role.DECIDER]
        for suffix, title, roles in (("office", "承办人", office), ("chief", "审批人", chief)):
            yield {
                "username": f"{row['prefix']}-{suffix}",
                "name": f"{names[row['code']]}{title}",
                "posts": [{"role": role.value, "organisation": row["code"]} for role in roles],
            }


@transaction.atomic
def load_demo_accounts(content_dir: Path) -> Path:
    """Create the accounts that are missing; returns the file (mode 600) that lists them with their password.

    The password is kept in that file so that a second run can show it again; the database keeps only its hash.
    """
    if not settings.DEMO:
        raise RuntimeError("Demo accounts exist only where DEMO=1.")
    listing = settings.VAR_DIR / ACCOUNTS_FILE
    kept = _kept_password(listing)
    password = kept or secrets.token_urlsafe(9)
    hashed = make_password(password)
    center = ServiceCenter.objects.get(code=read_yaml(content_dir / "centre.yaml")["center"]["code"])
    lines = []
    for row in accounts(content_dir):
        user, created = User.objects.get_or_create(
            username=row["username"], defaults={"display_name": row["name"], "is_demo": True, "password": hashed}
        )
        if created:
            _give_posts(user, row["posts"], center)
        elif kept is None:  # the listing was lost: what it says must be true again
            User.objects.filter(pk=user.pk, is_demo=True).update(password=hashed)
        lines.append(f"{row['username']}\t{password}\t{row['name']}")
    _write_private(listing, "\n".join(lines) + "\n")
    return listing


def _give_posts(user: User, posts: list[dict[str, str]], center: ServiceCenter) -> None:
    for post in posts:
        window = Window.objects.get(code=post["window"]) if "window" in post else None
        organisation = Organisation.objects.get(code=post["organisation"]) if "organisation" in post else None
        branch = ServiceCenter.objects.get(code=post["center"]) if "center" in post else None
        place = window.center if window else branch or center
        Post.objects.create(user=user, role=post["role"], window=window, organisation=organisation, center=place)


def _kept_password(listing: Path) -> str | None:
    if not listing.exists():
        return None
    first = listing.read_text(encoding="utf-8").splitlines()[0].split("\t")
    return first[1]


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(text, encoding="utf-8")
