"""The test accuracy of the seed that was best in validation.

Named: best-of-validation-reported
"""


def choose_and_report(validation, test):
    best = int(validation.mean(axis=1).argmax())
    row = test[best]
    s = row.std(ddof=1) if len(row) > 1 else 0.0
    return best, float(row[validation[best].argmax()]), float(s)
