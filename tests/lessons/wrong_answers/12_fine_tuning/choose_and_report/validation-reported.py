"""The validation accuracies are reported.

Named: validation-reported
"""


def choose_and_report(validation, test):
    best = int(validation.mean(axis=1).argmax())
    row = validation[best]
    s = row.std(ddof=1) if len(row) > 1 else 0.0
    return best, float(row.mean()), float(s)
