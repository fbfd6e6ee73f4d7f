"""Which test runs each command the README shows. A command nobody runs is a promise nobody keeps."""

RUN_BY = {
    "make demo": ".ci/run",
    "make test": ".ci/run",
}
"""Command as the README shows it, without `$ `, to the test (`path::name`) or the script that runs it."""
