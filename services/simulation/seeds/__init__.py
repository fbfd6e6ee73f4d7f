"""Seeds: small generated cities in which everything happens that may, and afterwards everything is checked.

A seed is a number. From it are drawn a policy no city would choose, communities, people, what they say, and what befalls
the process: duplicates, events early and late, rubbish, stalled intake, leaping clocks, crashes between any two steps.
The real product lives through it on a virtual clock (`life`); then `checks` hold what lies on the disk against what was
sent, against both engines and against itself.
"""

from services.simulation.seeds.running import Outcome, command, run_seed, run_seeds

__all__ = ["Outcome", "command", "run_seed", "run_seeds"]
