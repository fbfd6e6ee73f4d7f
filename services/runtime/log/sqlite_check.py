"""Whether a log's file is what was written: looked at once, before anybody appends.

Three nets, since each has holes: SQLite's own check sees broken pages, the checksum in each row sees a flipped bit
in a record, and the table of ends sees that a partition's last record is no longer found where it stood.
"""

import sqlite3

from services.runtime.log.rows import Damage, damaged_or_gone, from_row

_ENDS = "SELECT topic, partition, next_offset, stamp_ms FROM ends"
_LAST = """
SELECT offset, stamp_ms, key, value, headers, checksum FROM records
WHERE topic = ? AND partition = ? ORDER BY offset DESC LIMIT 1
"""
_NEXT_PARTITION = """
SELECT topic, partition FROM records
WHERE (topic, partition) > (CAST(? AS TEXT), ?) ORDER BY topic, partition LIMIT 1
"""


def check_pages(connection: sqlite3.Connection) -> None:
    """Have SQLite look at every page.

    Raises:
        Damage: it found something.
    """
    ((found,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    if found != b"ok":
        raise Damage(found.decode("utf-8", "replace"))


def check_ends(connection: sqlite3.Connection) -> None:
    """Compare the last record of each partition with what was noted when it was appended.

    Raises:
        Damage: they differ, or there are records in a partition of which nothing was noted.
    """
    ends = connection.execute(_ENDS).fetchall()
    for name, partition, next_offset, stamp_ms in ends:
        topic = name.decode()
        row = connection.execute(_LAST, (topic, partition)).fetchone()
        if row is None or from_row(topic, partition, next_offset - 1, row).stamp_ms != stamp_ms:
            raise damaged_or_gone(topic, partition, next_offset - 1)
    noted = {(name, partition) for name, partition, *_ in ends}
    row = (b"", -1)
    while row := connection.execute(_NEXT_PARTITION, row).fetchone():
        if row not in noted:
            raise Damage(f"topic {row[0].decode('utf-8', 'replace')}, partition {row[1]}: records that nobody noted")
        noted.remove(row)  # a damaged order could show the same partition for ever
