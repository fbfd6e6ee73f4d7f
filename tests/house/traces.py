"""Traces of the machine something was made on, which have no place in what is committed."""

import re

# The letters in brackets keep these lines from finding themselves.
TRACES = (
    (
        re.compile(r"[\w.-]*(?:py[p]i|python[h]osted|arti[f]actory|dev[p]i)[\w.-]*\.[a-z]{2,}"),
        "names a package registry",
        "let each machine's own pip configuration say where packages come from",
    ),
    (
        re.compile(r"--(?:extra-)?index-[u]rl|--find-[l]inks\s|://\S+/simpl[e]\b|--trusted-[h]ost"),
        "says where packages come from",
        "let each machine's own pip configuration say so",
    ),
    (
        re.compile(r"(?<![\w.:/~-])/(?:root|work|home/\w+|Users/\w+|tmp|opt/wheels)/\w|\b[A-Z]:\\\\?Users"),
        "holds a path of one machine",
        "make it relative to the checkout, or take it as an argument",
    ),
)


def traces(path: str, text: str) -> list[str]:
    """Registry hosts and machine paths in a file that is committed."""
    return [
        f"{path}:{number} {what}, `{match.group().strip()}`; {remedy}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, what, remedy in TRACES
        if (match := pattern.search(line))
    ]
