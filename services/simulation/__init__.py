"""Simulation: real and generated asks and offers on a virtual clock, through the same product as in the world.

Reads tables under a mapping, or draws a city from a seed; writes a fresh data folder through the one-process product,
and owns the reports and pictures on it. Composition root: it puts services together and decides nothing itself.
"""
