"""How fast the Kafka shell is, here and now, beside what a user would pick instead: one broker, one run, one table.

Starts a broker of its own, writes the inbound records of generated towns once, and lets each contestant read them. Owns
nothing that outlives the run.
"""
