"""pandas: threads group and join one shared frame that nobody writes, each with its own results."""

import pandas as pd

SHARED = pd.DataFrame({"key": [n % 7 for n in range(2000)], "value": range(2000)})


def work(number: int) -> list[object]:
    """Filter, group and merge."""
    own = SHARED[SHARED["value"] % (number + 2) == 0]
    sums = own.groupby("key")["value"].sum()
    joined = own.merge(sums.rename("total").reset_index(), on="key")
    return [sums.to_dict(), int(joined["total"].sum()), own["value"].astype(str).str.len().tolist()]
