"""Of several equally long ones the last place is given."""


def longest_overlap(sample, documents):
    best, where = 0, 0
    for d in documents:
        before = [0] * (len(d) + 1)
        for i, a in enumerate(sample):
            now = [0] * (len(d) + 1)
            for j, b in enumerate(d):
                if a == b:
                    now[j + 1] = before[j] + 1
                    if now[j + 1] >= best:
                        best, where = now[j + 1], i - now[j + 1] + 1
            before = now
    return int(best), int(where)
