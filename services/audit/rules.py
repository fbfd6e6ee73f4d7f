"""What is promised, rule by rule: a name for programs and a sentence for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A promise that holds in every log."""

    name: str
    sentence: str


# fmt: off
# The log itself
CHAIN            = Rule("chain", "Every block continues the chain of hashes, so nothing was changed after it was written.")
DENSE            = Rule("dense", "Every journal record is answered by exactly one block, in order.")
LOG_TIME         = Rule("log_time", "Log time is read from the journal, never goes back and never leaps without an operator's word.")
POLICY_IN_FORCE  = Rule("policy_in_force", "A block names the policy that is in force.")
DECIDED_AGAIN    = Rule("decided_again", "What this version decided it decides again, byte for byte.")
FOLDS            = Rule("folds", "Every block follows from the state before it.")
BEST_ANSWER      = Rule("best_answer", "A part of a round that was solved exactly has the greatest total of points.")

# Events and their answers
ANSWERED         = Rule("answered", "Every event is answered by at least one fact, in the order in which events came.")
CAUSE_SENT       = Rule("cause_sent", "A fact names no cause that was not sent by then.")
DECIDED_ONCE     = Rule("decided_once", "An event is decided once; what comes again is refused as a duplicate.")
FOLLOWS          = Rule("follows", "A fact is of a kind that its cause can lead to, and speaks of the same community.")
AS_SAID          = Rule("as_said", "What is listed is what was said.")
WAITING_ROOM     = Rule("waiting_room", "An event waits only for what is missing, and comes out when it comes, or when its time is up.")
STEPPED_OVER     = Rule("stepped_over", "An event is stepped over only where an operator's word says, and nothing else is said to it.")
KNOWN            = Rule("known", "A fact speaks only of what is there.")

# Units
ONE_ACCEPTANCE   = Rule("one_acceptance_per_unit", "No unit of an ask is accepted twice.")
CAPACITY         = Rule("capacity", "An offer is never accepted beyond its capacity.")
UNITS            = Rule("units", "A proposal is for units that nobody has accepted yet, and not for more.")
LET_GO           = Rule("let_go", "Nobody goes on waiting for an answer about what is taken or has ended.")

# Who may be asked
CATEGORY         = Rule("category", "Something offered is what was asked for, or a kind of it.")
REACH            = Rule("reach", "Nobody is asked to go further than both sides agreed to.")
WINDOW           = Rule("window", "Both are there at the same time, and there is time to answer.")
PAUSED           = Rule("paused", "Nobody is asked who paused, and no paused offer is proposed.")
SUSPENDED        = Rule("suspended", "Nobody is asked, or asked for, while suspended.")
ON_HOLD          = Rule("on_hold", "Nothing is proposed for an ask that a coordinator holds.")
QUIET_HOURS      = Rule("quiet_hours", "Nobody is asked in their quiet hours.")
BLOCKED          = Rule("blocked", "Two of whom either blocked the other are never proposed to each other.")
OWN_OFFER        = Rule("own_offer", "Nobody is proposed their own offer.")
CAPABLE          = Rule("capable", "Whoever is asked speaks, knows, provides and was checked for what the ask needs.")
SAME_UNIT        = Rule("same_unit", "Ask and offer count in the same unit.")
ASKED_PER_DAY    = Rule("asked_per_day", "Nobody is asked more often within 24 hours than their cap allows.")
ASKED_PER_WEEK   = Rule("asked_per_week", "Nobody is asked more often within seven days than their cap allows.")
ACTIVE_CAP       = Rule("active_cap", "Nobody is asked who carries as much as their cap allows.")
OPEN_SLOTS       = Rule("open_slots", "Nobody has more open proposals than the policy gives slots.")
ASKED_ONCE       = Rule("asked_once", "Nobody is asked twice for an ask, unless the earlier proposal was withdrawn.")
OPEN_PER_UNIT    = Rule("open_per_unit", "No more proposals are out for an ask than the policy allows for its unmet units.")
BY_HAND          = Rule("by_hand", "Only a coordinator's own event leads to a proposal by hand.")

# What a proposal says
MATCH_ID         = Rule("match_id", "The id of a match is computed from what it joins.")
ATTEMPT          = Rule("attempt", "Proposals for an ask are counted without gaps.")
SIDES            = Rule("sides", "A proposal names those who asked and offered.")
DISTANCE         = Rule("distance", "The distance is the way between the two places.")
SCORE            = Rule("score", "The points are the sum of their parts, and the parts are what the policy says.")
EXPIRY           = Rule("expiry", "A proposal is made when people hear of it, and expires as policy and deadlines say.")
CHANCES          = Rule("chances", "Chances lie within their bounds, and without exploration nothing is drawn by lot.")
COUNTED          = Rule("counted", "Offers considered are those that were feasible and those that fell to a rule.")

# How matches move
MOVE_LISTED      = Rule("move_listed", "A match moves only as the table of moves lists.")
WHO_SAYS         = Rule("who_says", "A move is made by whom the table lists, and is what they said.")
IN_TIME          = Rule("in_time", "An answer that counted came before the proposal expired, and one in time is not too late.")
FOLLOWED_UP      = Rule("followed_up", "Who promised help is reminded before it is due, and both sides are asked whether it happened: once each.")
SILENCE          = Rule("silence", "Silence ends proposals and acceptances when its time is up, and not before.")
MARKED           = Rule("marked", "Marks, suspensions and pauses are set and lifted by whom they may be, and never twice.")

# What recurs
ON_SCHEDULE      = Rule("on_schedule", "Occurrences follow the schedule, and none is passed by that somebody could still answer.")
ONE_AT_A_TIME    = Rule("one_at_a_time", "What recurs is listed once an occurrence, when it is near and the one before has begun or ended.")

# What becomes of everybody
RETURNED         = Rule("returned", "Only a referred ask comes back, at the word of the neighbour that holds it and while there is time for it.")
ENDED_RIGHTLY    = Rule("ended_rightly", "An ask or an offer ends once, for a reason that holds; fulfilled only with all units given.")
BOUNDED          = Rule("bounded", "A block decides no more of what time brings than is enough for one, longest due first; what is left comes next.")
ACCOUNTED_FOR    = Rule("accounted_for", "Every ask and offer is open or has ended; whoever waits too long comes to a coordinator.")
# fmt: on

RULES: tuple[Rule, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Rule))
"""All of them, in reading order."""
