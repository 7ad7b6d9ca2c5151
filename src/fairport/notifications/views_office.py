from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.audit.events import staff as staff_actor
from fairport.clock.queries import now
from fairport.notifications import operations, queries
from fairport.notifications.models import MessageState, OutboxMessage
from fairport.notifications.texts import TEXTS
from fairport.notifications.transport import WayOut, way_out

PAGE_SIZE = 50
FIGURES = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT, MessageState.DEAD, MessageState.DROPPED)


@staff(Role.OPERATOR)
@require_safe
def office_messages(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The outbox in figures, and its dead letters; addresses and texts stay sealed."""
    paginator = Paginator(queries.dead_messages(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    counts = queries.count_by_state()
    context = {
        "figures": [(state.label, counts[state]) for state in FIGURES],
        "dead": [{"row": row, "subject": TEXTS[row.template].subject} for row in page.object_list],
        "interrupted": operations.INTERRUPTED,
        "no_way_out": way_out() is WayOut.NONE,
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
    }
    return render_office(request, member, "notifications/office_messages.html", context)


@staff(Role.OPERATOR)
@require_POST
def office_message_retry(request: HttpRequest, member: StaffMember, message_id: uuid.UUID) -> HttpResponse:
    """Sends a dead letter on its way again."""
    try:
        operations.retry_message(message_id=message_id, at=now(), actor=staff_actor(member.user.pk))
    except OutboxMessage.DoesNotExist as error:
        raise Http404 from error
    except operations.MessageNotDead:
        messages.warning(request, _("This message is on its way already."))
    else:
        messages.success(request, _("The message is on its way again."))
    return redirect("office_messages")
