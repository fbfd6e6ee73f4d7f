"""The log on Kafka: the same records as `services.runtime.log`, on a cluster's topics.

Reads and writes whatever topic it is asked for, owns none. `Cursor`, `Ends` and `Writer` are for whoever stands in an
event loop; `KafkaLog` is the seam `services.runtime.log.Log` for everybody else: the command line, the proof, tests.
"""

from services.runtime.kafka_log.cursor import Cursor
from services.runtime.kafka_log.ends import Ends
from services.runtime.kafka_log.filling import FillableKafkaLog, open_for_stamps
from services.runtime.kafka_log.log import KafkaLog
from services.runtime.kafka_log.reading import scan, tail
from services.runtime.kafka_log.writer import Writer

__all__ = ["Cursor", "Ends", "FillableKafkaLog", "KafkaLog", "Writer", "open_for_stamps", "scan", "tail"]
