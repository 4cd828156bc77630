def work():
    total = 0
    for i in range(40_000):
        total += i & 3
    return total
