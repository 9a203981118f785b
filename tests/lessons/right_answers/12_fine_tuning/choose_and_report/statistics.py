"""The standard library's statistics."""


def choose_and_report(validation, test):
    import statistics

    means = [sum(row) / len(row) for row in validation]
    number = means.index(max(means))
    values = [float(x) for x in test[number]]
    spread = statistics.stdev(values) if len(values) >= 2 else 0
    return number, statistics.fmean(values), spread
