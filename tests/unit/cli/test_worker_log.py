"""What a worker logs: its own words, and of the libraries what is wrong."""

import subprocess
import sys


def test_what_no_operator_can_use_is_not_logged_and_what_is_wrong_is() -> None:
    script = (
        "import logging; from services.cli.worker import _log; _log();"
        "logging.getLogger('mode.timers').warning('Timer commit is overlapping');"
        "logging.getLogger('aiokafka.consumer.group_coordinator').error('Heartbeat failed');"
        "logging.getLogger('faust').error('an agent crashed');"
        "logging.getLogger('commonweal.worker').info('it answers')"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr

    assert [line.split(" ", 2)[2] for line in said.splitlines()] == [
        "ERROR faust an agent crashed",
        "INFO commonweal.worker it answers",
    ]
