"""Sentences instead of error pages."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views import defaults

from portal.lib.trouble import Trouble, trouble_of


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say what to do."""
    return render(
        request,
        "errors/message.html",
        {
            "title": "页面已过期",
            "sentence": "页面打开的时间过长，或者浏览器没有启用 Cookie。请返回上一页，刷新后重新提交。",
        },
        status=403,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Called where an error ended a request: what the machine cannot do now is told, a fault of ours has its page."""
    trouble = trouble_of(sys.exc_info()[1])
    return defaults.server_error(request) if trouble is None else in_trouble(request, trouble)


def in_trouble(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """503 with when to come again. The page asks neither database nor session: they may be what is away."""
    page = loader.get_template("errors/trouble.html")
    said = page.render({"title": trouble.title, "sentence": trouble.sentence(request)})
    response = HttpResponse(said, status=503)
    response["Retry-After"] = str(trouble.seconds)
    response["Cache-Control"] = "no-store"
    response.trouble = trouble  # type: ignore[attr-defined]  # read by SecondTry
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request no form of ours sends; or a session that could not be written, which Django calls a bad request too."""
    if trouble := trouble_of(exception):
        return in_trouble(request, trouble)
    sentence = "提交的内容不符合要求，没有作任何改动。请返回上一页核对后重新提交。"
    return render(request, "errors/message.html", {"title": "无法处理", "sentence": sentence}, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page of somebody else's post."""
    sentence = "您的岗位没有这项权限。如需办理，请联系综合窗口组长或者审管办。"
    return render(request, "errors/message.html", {"title": "没有权限", "sentence": sentence}, status=403)
