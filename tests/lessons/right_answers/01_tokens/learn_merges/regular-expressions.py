"""Words as text with a regular expression that joins whole pieces."""

import re
from collections import Counter


def learn_merges(word_counts, merges):
    words = {w: " ".join([w[0], *("##" + c for c in w[1:])]) for w in word_counts}
    result = []
    while len(result) < merges:
        counts = Counter()
        for w, text in words.items():
            pieces = text.split(" ")
            for i in range(len(pieces) - 1):
                counts[pieces[i], pieces[i + 1]] += word_counts[w]
        if not counts:
            break
        best = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[0][0]
        result.append(best)
        pattern = re.compile(r"(?<!\S)" + re.escape(" ".join(best)) + r"(?!\S)")
        joined = best[0] + best[1][2:]
        words = {w: pattern.sub(lambda _, j=joined: j, text) for w, text in words.items()}
    return result
