"""nan for a single seed.

Named: deviation-of-one-run
"""


def choose_and_report(validation, test):
    best = int(validation.mean(axis=1).argmax())
    row = test[best]
    s = row.std(ddof=1)
    return best, float(row.mean()), float(s)
