"""How a load goes where people may not answer: who they are, how they answer, what came of it, beside other policies.

Every member has a chance of their own to accept; answers come after a delay that most of us know, or not at all. Loads
of the same seed meet the same people, who give the same answer to the same ask whatever policy asks them, so that
policies can be held against each other.
"""
