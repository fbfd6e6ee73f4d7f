"""The engine's rules and score parts in plain words: one set for coordinators, a kinder one for everybody else.

Pure. Names this page does not know (a newer engine's) are shown as they are to coordinators, and as the most general
word to people.
"""

RULES = {
    "category": "another kind of help",
    "too_far": "farther away than one of the two agreed to",
    "unit": "counted in other units than the ask",
    "window": "not there when the help is needed, or too little time left to answer",
    "own_offer": "made by the person who asks",
    "blocked_pair": "one of the two has blocked the other",
    "member_suspended": "the member is suspended",
    "asker_suspended": "the asker is suspended",
    "ask_held": "the ask is held for review",
    "capacity": "nothing left to give",
    "offer_paused": "paused",
    "language": "the member speaks none of the languages wished for",
    "skills": "the member lacks a skill that is needed",
    "accessibility": "an accessibility need is not provided for",
    "vetting": "the member is checked less than this need demands",
    "already_asked": "the member was asked for this ask before",
    "member_paused": "the member takes a pause",
    "quiet_hours": "the member's quiet hours",
    "asked_per_day": "the member was asked often enough within 24 hours",
    "asked_per_week": "the member was asked often enough within seven days",
    "active_cap": "the member carries as much as they may at one time",
    "open_slots": "the member has enough questions to answer already",
}
"""Rule → what was true of the offers that fell to it. For coordinators only."""

NOT_FREE = "not free at the moment"
"""Said for so many reasons that it gives none of them away."""

SHOWN = {
    "category": "offers another kind of help",
    "too_far": "too far away",
    "unit": "offers another kind of help",
    "window": "not there at that time",
    "own_offer": "this is your own offer",
    "language": "no language in common",
    "skills": "another skill is needed",
    "accessibility": "cannot provide what is needed",
    "vetting": "this needs somebody who has been checked",
    "already_asked": "has been asked already",
}

PARTS = {
    "base": "any match at all",
    "distance": "the way",
    "urgency": "how urgent it is",
    "waiting": "how long the ask has waited",
    "ask_life": "the ask has time left and could wait",
    "offer_life": "the offer has time left and could wait",
    "later_helper": "given back, as another helper is unlikely to come later",
    "later_ask": "given back, as another ask for this offer is unlikely to come later",
    "continuity": "they have helped each other before",
    "fairness": "asked lately, or carrying something now",
    "uncovered": "others who were asked may yet accept",
    "nearness": "the way, as a share of the worth",
    "chance": "they may not accept",
    "still_free": "they may accept something else first",
    "asked_lately": "asked lately",
    "known_well": "they know each other well",
    "asking_cost": "what asking somebody costs",
    "stand_ins": "kept free for asks with few other helpers around",
}

SOLVERS = {
    "greedy": "best pair first",
    "by-hand": "proposed by a coordinator",
}


def rule_in_words(rule: str, count: int) -> str:
    """One line for the offers that fell to a rule. For coordinators only: it tells when somebody blocked somebody."""
    return f"{counted(count, 'offer')}: {RULES.get(rule, f'the rule `{rule}`')}"


def counted(count: int, noun: str) -> str:
    """`1 offer`, `2 offers`, `12,000 offers`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def shown_to_person(rule: str) -> str:
    """The kinder word for a rule that a person may be shown.

    Blocks, suspensions, reviews and limits that members set all read alike, so nobody learns from it that they were
    blocked; so does every rule this page does not know.
    """
    return SHOWN.get(rule, NOT_FREE)


def part_in_words(part: str) -> str:
    """The plain name of a score part; its own name where there is none."""
    return PARTS.get(part, part.replace("_", " "))


def solver_in_words(solver: str) -> str:
    """How the pair was picked among those that were possible."""
    return SOLVERS.get(solver, "best for all asks of the round together")
