"""What a user would pick instead, each the program its documentation leads to, and the bare cost of reading and writing.

Each is run as a program of its own, by the interpreter that has its library, and is told one thing: a JSON object with
`bootstrap`, `inputs` (topics), `output` (a topic with as many partitions), `group` and `folder`. Each does the same:
reads every record from the beginning, keeps a row of state per key (how often it was spoken of, and how last), and
writes one output a record, under the record's key: {"key": …, "type": …, "seen": …}. None of them matches anything.
"""
