def work():
    kept = []
    for i in range(30_000):
        node = [i, {}]
        node.append(node)
        kept.append(node)
    return len(kept)
