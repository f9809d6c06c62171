"""What the house does by itself, minute by minute."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.jobs.registry import every_minute
from portal.organisations import access
from portal.organisations.models import Post, User
from portal.organisations.sign_in import purge

AT_A_TIME = 200

every_minute("organisations.purge_sign_ins")(purge)


@every_minute("organisations.follow_posts")
def follow_posts(now: datetime) -> None:
    """Open the back office to whose post begins today, and close it to whose post has ended, without anybody's saving.

    What the day has missed, because nothing ran or a post was written past its model, is made good the same way.
    """
    for user in out_of_step(timezone.localdate(now))[:AT_A_TIME]:
        access.follow_posts(user)


def out_of_step(day: date) -> QuerySet[User]:
    """Accounts that are in a group of ours without a post of that day which brings it, or out of it with one."""
    wrong = Q()
    for name in access.OURS:
        holders = Post.objects.current(day).filter(role__in=access.roles_bringing(name)).values("user")
        inside = Q(pk__in=User.objects.filter(groups__name=name).values("pk"))
        wrong |= (inside & ~Q(pk__in=holders)) | (Q(pk__in=holders) & ~inside)
    return User.objects.filter(wrong).order_by("pk")
