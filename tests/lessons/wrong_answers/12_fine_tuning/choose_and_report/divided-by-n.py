"""The deviation is divided by n.

Named: deviation-by-n
"""


def choose_and_report(validation, test):
    best = int(validation.mean(axis=1).argmax())
    row = test[best]
    s = row.std(ddof=0) if len(row) > 1 else 0.0
    return best, float(row.mean()), float(s)
