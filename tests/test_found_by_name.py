"""What is found by its name and would vanish without a word: listed here literally, one a line.

A minute's work, a handler, a receiver, a check or an address that nobody imports any more raises no error; it only
stops. Whoever adds one adds its line; whoever moves one changes nothing here.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.checks.registry import registry
from django.core.management import get_commands
from django.dispatch import Signal
from django.template.backends.django import get_installed_libraries
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import module_has_submodule
from wagtail import hooks
from wagtail.models import get_page_models

from portal.catalog.care.health import CHECKS
from portal.documents.registry import KINDS
from portal.jobs.registry import HANDLERS, MINUTE
from portal.lib.discovery import modules_named

OURS = ("portal", "pages")


def is_ours(module: str | None) -> bool:
    return str(module).split(".")[0] in OURS


def apps_with(submodule: str) -> set[str]:
    """Our apps that have a module or a package of this name."""
    return {
        config.name
        for config in apps.get_app_configs()
        if is_ours(config.name) and module_has_submodule(config.module, submodule)
    }


def names(found: Iterator[Callable[..., Any]]) -> set[str]:
    return {each.__name__ for each in found if is_ours(each.__module__)}


def registered(found: dict[str, Callable[..., Any]]) -> set[str]:
    """The names under which functions of ours are registered; tests may register their own."""
    return {name for name, function in found.items() if is_ours(function.__module__)}


def signals() -> Iterator[Signal]:
    """Every signal that any loaded module names."""
    seen = set()
    for module in list(sys.modules.values()):
        for value in list(getattr(module, "__dict__", {}).values()):
            if issubclass(type(value), Signal) and id(value) not in seen:
                seen.add(id(value))
                yield value


def receivers() -> Iterator[tuple[Any, Callable[..., Any]]]:
    """What each receiver is kept under, and the receiver itself."""
    for signal in signals():
        for (key, _), kept, *_ in signal.receivers:
            receiver = kept() if isinstance(kept, weakref.ReferenceType) else kept
            if receiver is not None and is_ours(getattr(receiver, "__module__", "")):
                yield key, receiver


def test_what_happens_every_minute() -> None:
    assert registered(MINUTE) == {
        "cases.deem_accepted",
        "cases.deem_consent",
        "cases.lapse",
        "catalog.days_of_items",
        "catalog.handbooks",
        "catalog.health",
        "handover.unsigned_slips",
        "desk.purge_drafts",
        "desk.scheduled_pages",
        "organisations.follow_posts",
        "organisations.purge_sign_ins",
    }


def test_who_does_promised_work() -> None:
    assert registered(HANDLERS) == {
        "catalog.handbook",
        "catalog.health",
        "documents.render",
        "workdays.move_deadlines",
    }


def test_which_kinds_of_paper_there_are() -> None:
    assert set(KINDS) == {
        "acceptance",
        "application_form",
        "correction",
        "correction_receipt",
        "decision_grant",
        "decision_refusal",
        "delivery_receipt",
        "handover",
        "lapse",
        "pickup_notice",
        "receipt",
        "result_handover",
        "return_handover",
        "return_receipt",
        "withdrawal",
    }


def test_which_receivers_have_a_name_of_their_own() -> None:
    assert {key for key, _ in receivers() if isinstance(key, str)} == {
        "handover.keep_at_window",
        "handover.make_slips",
        "handover.bring_home",
        "handover.void_slips",
    }


def test_which_receivers_listen() -> None:
    assert {receiver.__name__ for _, receiver in receivers()} == {
        "addresses_changed",
        "bring_home",
        "close_intake_with_the_guide",
        "follow_the_body",
        "follow_the_zone",
        "forgive",
        "frame_changed",
        "house_changed",
        "keep_at_window",
        "keep_names_indexed",
        "make_slips",
        "page_changed",
        "page_goes",
        "page_leaves_the_menu",
        "take_down_with_the_page",
        "void_slips",
    }


def test_which_apps_state_what_must_be_true_of_all_data() -> None:
    assert apps_with("integrity") == {
        "pages",
        "portal.cases",
        "portal.catalog",
        "portal.documents",
        "portal.handover",
        "portal.jobs",
        "portal.pickup",
        "portal.workdays",
    }


def test_which_apps_say_which_files_they_keep() -> None:
    assert {module.__name__ for module in modules_named("integrity") if hasattr(module, "paths")} == {
        "pages.integrity",
        "portal.cases.integrity",
        "portal.catalog.integrity",
        "portal.documents.integrity",
    }


def test_which_apps_say_who_may_do_what() -> None:
    assert apps_with("acts") == {
        "portal.cases",
        "portal.catalog",
        "portal.desk",
        "portal.handover",
        "portal.pickup",
    }


def test_which_apps_keep_handlers() -> None:
    assert apps_with("jobs") == {
        "portal.cases",
        "portal.catalog",
        "portal.desk",
        "portal.documents",
        "portal.handover",
        "portal.organisations",
        "portal.workdays",
    }


def test_which_apps_have_addresses_of_their_own() -> None:
    included = {part.urlconf_module.__name__ for part in get_resolver().url_patterns if isinstance(part, URLResolver)}
    assert apps_with("urls") == {"portal.catalog", "portal.pickup"}
    assert {name for name in included if is_ours(name)} == {"portal.catalog.urls", "portal.pickup.urls"}


def test_which_addresses_the_public_has_beside_the_pages() -> None:
    found = {entry.name for app in apps_with("urls") for entry in import_module(f"{app}.urls").urlpatterns}
    assert found == {
        "follow_case",
        "guide_feedback",
        "guide_feedback_received",
        "item_chart",
        "item_chart_svg",
        "paper_checklist",
        "paper_form",
        "paper_leaflet",
        "paper_material_list",
        "paper_sign",
        "public_results",
        "theme_chart",
        "theme_chart_svg",
        "verify_document",
        "verify_document_code",
    }


def test_which_apps_hook_into_the_back_office() -> None:
    assert apps_with("wagtail_hooks") == {"pages", "portal.desk"}


def test_what_is_hooked_into_the_back_office() -> None:
    hooks.search_for_hooks()
    found = names(function for kept in hooks._hooks.values() for function, _ in kept)
    assert found == {
        "PublishMany",
        "conditions_are_chosen",
        "desk_css",
        "desk_js",
        "desk_urls",
        "edition_in_history",
        "exchange_urls",
        "guide_urls",
        "hide_publish",
        "homepage",
        "intake_menu_item",
        "main_menu",
        "menu_item",
        "refuse_copy",
        "register",
        "reports_menu",
        "say_what_it_shows",
        "waivers_in_history",
    }


def test_what_is_checked_at_start() -> None:
    assert names(iter(registry.get_checks(include_deployment_checks=True))) == {
        "no_demo_accounts_in_production",
        "printing_has_what_it_needs",
    }


def test_what_the_nightly_check_up_looks_at() -> None:
    assert registered(CHECKS) == {
        "authorities",
        "guides",
        "halls",
        "links",
        "signposts",
        "stale_columns",
        "stale_guides",
        "unpublished",
        "vague_pages",
        "waivers",
        "withdrawn_items",
    }


def test_which_page_types_there_are() -> None:
    assert {model.__name__ for model in get_page_models() if is_ours(model.__module__)} == {
        "CataloguePage",
        "GuidePage",
        "HallIndexPage",
        "HallPage",
        "HomePage",
        "NewsIndexPage",
        "NewsPage",
        "PlainPage",
        "ThemePage",
    }


def test_which_commands_there_are() -> None:
    assert {name for name, app in get_commands().items() if is_ours(getattr(app, "name", app))} == {
        "check_invariants",
        "deadline",
        "draw_flow",
        "draw_forms",
        "export_items",
        "import_items",
        "index_items",
        "lint_items",
        "load_content",
        "load_pages",
        "prepare",
        "run_promises",
        "run_worker",
        "search_items",
        "seed_workdays",
        "verify_events",
    }


def test_which_tags_templates_may_load() -> None:
    assert {name for name, module in get_installed_libraries().items() if is_ours(module)} == {
        "able",
        "due",
        "fees",
        "halls",
        "links",
        "news",
        "opening",
        "paper",
        "portal_frame",
        "promotions",
    }
