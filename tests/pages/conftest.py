"""Two sites: the whole starting content, and three items of it where more would only take time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.conf import settings

from pages.content import load_pages
from pages.models import HomePage
from portal.organisations.content import load_organisations

THREE = ("TZ-09", "BDC-01", "SS-02")


@pytest.fixture
def site(db: None) -> HomePage:
    load_organisations(settings.CONTENT_DIR)
    load_pages(settings.CONTENT_DIR)
    return HomePage.objects.get()


@pytest.fixture(scope="session")
def three_items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content directory with three items and one theme made of one of them."""
    content = yaml.safe_load((settings.CONTENT_DIR / "items.yaml").read_text(encoding="utf-8"))
    content["items"] = [item for item in content["items"] if item["code"] in THREE]
    content["themes"] = [{**theme, "items": ["BDC-01"]} for theme in content["themes"] if theme["code"] == "ZT-04"]
    folder = tmp_path_factory.mktemp("content")
    for name in ("organisations.yaml", "centre.yaml"):
        (folder / name).write_bytes((settings.CONTENT_DIR / name).read_bytes())
    (folder / "items.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture
def small_site(db: None, three_items: Path) -> HomePage:
    load_organisations(three_items)
    load_pages(three_items)
    return HomePage.objects.get()
