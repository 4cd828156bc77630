import copy

CONFIG = {"a": [1, 2, {"b": (1, 2)}], "c": {str(i): [i] for i in range(20)}}


def work():
    for _ in range(100):
        copy.deepcopy(CONFIG)
