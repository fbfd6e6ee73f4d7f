from services.simulation.table_rows import RowSaid, TableRows


def test_rows_are_noted_to_the_fraction_of_a_metre() -> None:
    rows = TableRows()

    rows.note(b'{"data": {"ask": "a1", "place": {"x_m": 12.5, "y_m": -3}, "list_until_ms": 900}}', 300)
    rows.note(b'{"data": {"offer": "o1", "place": {"x_m": 7, "y_m": 8.25}, "radius_m": 40}}', 500)

    assert rows.asks == {"a1": RowSaid(300, 900, 12.5, -3.0, 0.0)}
    assert rows.offers == {"o1": RowSaid(500, None, 7.0, 8.25, 40.0)}


def test_the_earlier_of_two_ends_counts() -> None:
    rows = TableRows()

    rows.note(b'{"data": {"ask": "a1", "needed_by_ms": 700, "list_until_ms": 900}}', 300)

    assert rows.asks["a1"].until_ms == 700


def test_the_first_word_on_an_ask_counts_as_it_does_at_the_engine() -> None:
    rows = TableRows()

    rows.note(b'{"data": {"ask": "a1", "place": {"x_m": 1, "y_m": 1}}}', 1)
    rows.note(b'{"data": {"ask": "a1", "place": {"x_m": 2, "y_m": 2}}}', 2)

    assert (rows.asks["a1"].x_m, rows.asks["a1"].at_ms) == (1.0, 1)


def test_what_opens_nothing_readable_is_passed_over() -> None:
    rows = TableRows()

    for raw in (b"ask,1,2", b"[]", b'{"data": {"member": "m"}}', b'{"data": 7}'):
        rows.note(raw, 0)

    assert (rows.asks, rows.offers) == ({}, {})


def test_a_place_in_degrees_is_left_to_its_cell() -> None:
    rows = TableRows()

    rows.note(b'{"data": {"ask": "a1", "place": {"lat": 1, "lon": 2}}}', 0)

    assert rows.asks["a1"].x_m is None
