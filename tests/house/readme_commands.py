"""Which test runs each command the README shows. A command nobody runs is a promise nobody keeps."""

RUN_BY = {
    "make demo": ".ci/run",
    "make test": ".ci/run",
    "commonweal load city-hour.csv --mapping city-hour --policy balanced --data DIR --report": (
        "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out"
    ),
    "commonweal status --data DIR": "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out",
    "commonweal explain ask-0001 --data DIR": (
        "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out"
    ),
    "commonweal replay --data DIR": "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out",
    "commonweal dead-letters list --data DIR": (
        "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out"
    ),
    "commonweal up --data DIR": "tests/simulation/test_readme.py::test_up_takes_in_what_submit_hands_over",
    "commonweal submit events.jsonl --data DIR": "tests/simulation/test_readme.py::test_up_takes_in_what_submit_hands_over",
    (
        "commonweal load city-hour.csv --mapping city-hour --answers curve --accept-mean 0.2 --thin-asks 6 "
        "--ask-patience 6h --offer-patience 4h --seeds 20 --report"
    ): (
        "tests/simulation/test_promised_figures.py::"
        "test_twenty_seeds_of_plenty_keep_every_promise_and_beat_nearness_in_every_column"
    ),
    "commonweal verify --data DIR": "tests/simulation/test_readme.py::test_a_table_goes_in_and_explained_matches_come_out",
    "commonweal simulate --seeds 1..50": (
        "tests/simulation/test_seeds.py::test_whatever_happens_in_fifty_cities_everything_holds"
    ),
    "commonweal bench engine --open 1000": (
        "tests/simulation/test_bench_command.py::test_everything_that_was_promised_is_measured"
    ),
    "commonweal broker up --data kafka": "tests/kafka/test_broker.py::test_the_commands_bring_it_up_say_how_to_reach_it_and_take_it_down",
    "commonweal broker down --data kafka": "tests/kafka/test_broker.py::test_the_commands_bring_it_up_say_how_to_reach_it_and_take_it_down",
    "commonweal up --kafka --data DIR": (
        "tests/kafka/test_whole_system.py::test_what_the_readme_shows_leads_from_an_ask_to_a_notification"
    ),
    "commonweal submit events.jsonl --kafka --data DIR": (
        "tests/kafka/test_whole_system.py::test_what_the_readme_shows_leads_from_an_ask_to_a_notification"
    ),
    "commonweal verify --kafka": (
        "tests/kafka/test_whole_system.py::test_what_the_readme_shows_leads_from_an_ask_to_a_notification"
    ),
    "commonweal schemas check": "tests/simulation/test_readme.py::test_the_published_schemas_are_those_of_this_code",
}
"""Command as the README shows it, without `$ `, to the test (`path::name`) or the script that runs it."""
