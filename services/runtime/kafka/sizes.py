"""How much travels at once. A record that the topic takes must fit through every client, or a reader hangs before it."""

from schemas.topics import MESSAGE_BYTES_MAX

REQUEST_BYTES_MAX = MESSAGE_BYTES_MAX
"""A producer's `max_request_size`: the largest batch that a topic's `max.message.bytes` lets in."""
FETCH_PARTITION_BYTES_MAX = 2 * MESSAGE_BYTES_MAX
"""A consumer's `max_partition_fetch_bytes`: room for the largest message, and for the next one while it is decided."""
FETCH_BYTES_MAX = 4 * MESSAGE_BYTES_MAX
"""A consumer's `fetch_max_bytes`, over all partitions of one broker: what one answer may weigh in memory."""
assert MESSAGE_BYTES_MAX <= REQUEST_BYTES_MAX <= FETCH_PARTITION_BYTES_MAX <= FETCH_BYTES_MAX
