from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairport.accounts.access import demo_only
from fairport.notifications import queries
from fairport.notifications.models import MessageState
from fairport.notifications.rendering import read_message

PAGE_SIZE = 10
MOST_FOUND = 50


@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo_messages(request: HttpRequest) -> HttpResponse:
    """Every message that was sent, as the person would read it: in a demonstration nobody else gets them.

    A search by address is a POST, so that the address stands in no URL.
    """
    counts = queries.count_by_state()
    address = request.POST.get("address", "").strip()
    context: dict[str, object] = {
        "address": address,
        "waiting": counts[MessageState.QUEUED] + counts[MessageState.SENDING],
    }
    if address:
        found = queries.sent_to(email=address)[:MOST_FOUND]
        context["messages_sent"] = [read_message(row) for row in found]
    else:
        paginator = Paginator(queries.sent_messages(), PAGE_SIZE)
        page = paginator.get_page(request.GET.get("page"))
        context["messages_sent"] = [read_message(row) for row in page.object_list]
        context |= {"page": page, "pages": list(paginator.get_elided_page_range(page.number))}
    return render(request, "notifications/demo_messages.html", context)
