"""The lengths without a loop."""


def cut_pair(first, second, length):
    room = length - 3
    a, b = len(first), len(second)
    excess = max(0, a + b - room)
    from_longer = min(excess, abs(a - b))
    rest = excess - from_longer
    if a > b:
        a -= from_longer
    else:
        b -= from_longer
    b -= (rest + 1) // 2
    a -= rest // 2
    return first[first.shape[0] - a :].copy(), second[:b].copy()
