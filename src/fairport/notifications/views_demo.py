from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairport.accounts.access import demo_only
from fairport.notifications import queries
from fairport.notifications.models import MessageState
from fairport.notifications.rendering import read_message

PAGE_SIZE = 20


@demo_only
@require_safe
@never_cache
def demo_messages(request: HttpRequest) -> HttpResponse:
    """Every message that was sent, as the person would read it: in a demonstration nobody else gets them."""
    paginator = Paginator(queries.sent_messages(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    counts = queries.count_by_state()
    context = {
        "messages_sent": [read_message(row) for row in page.object_list],
        "waiting": counts[MessageState.QUEUED] + counts[MessageState.SENDING],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
    }
    return render(request, "notifications/demo_messages.html", context)
