"""PyYAML: each thread loads and dumps documents of its own, through libyaml and through Python."""

import yaml


def work(number: int) -> list[object]:
    """Write a document and read it back, both ways."""
    data = {f"key{n}": [n, str(n), {"deep": n * number}] for n in range(40)}
    text = yaml.dump(data, Dumper=yaml.CSafeDumper)
    fast = yaml.load(text, Loader=yaml.CSafeLoader)
    return [text, fast == data, yaml.safe_load(text) == data]
