"""pyarrow: threads filter and write one shared table, which is immutable, each with its own results."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SHARED = pa.table({"key": [n % 7 for n in range(3000)], "value": list(range(3000))})


def work(number: int) -> list[object]:
    """Filter, group, write Parquet into memory and read it back."""
    own = SHARED.filter(pc.greater(SHARED["value"], number * 100))
    sums = own.group_by("key").aggregate([("value", "sum")]).sort_by("key")
    sink = pa.BufferOutputStream()
    pq.write_table(own, sink)
    back = pq.read_table(pa.BufferReader(sink.getvalue()))
    return [sums.to_pydict(), back.equals(own), pc.sum(back["value"]).as_py()]
