"""Notifications: from what was decided, who is to be told what, and until when that is worth telling.

Reads the `decisions` topic; writes requests to the `notifications` topic, from which delivery takes them with contact and
words from the vault; owns its rows (who is concerned by what, and how often each was contacted lately), a fold of that topic
and of nothing else. Between the two topics nothing is lost and a request comes twice only under the same id; nothing is
requested for a decision past its own deadline.
"""

from services.notifications.manners import MANNERS, Manner
from services.notifications.requests import Requested, Withheld, requests
from services.notifications.settings import NotificationSettings

__all__ = ["MANNERS", "Manner", "NotificationSettings", "Requested", "Withheld", "requests"]
