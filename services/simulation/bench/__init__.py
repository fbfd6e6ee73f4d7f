"""How fast the engine is, here and now: a town in balance, measured bytes to bytes.

Reads nothing, writes a snapshot into a temporary folder, and owns what it measured. Drawn from a seed and streamed: no
more of it is held at a time than one block and a bounded draw of those who will answer.
"""
