"""What Commonweal does, one service per folder.

Services meet through `schemas` and topics; only the composition roots (embedded, simulation, cli) import several of
them, and then by their public face: the package itself, never a module inside it.
"""
