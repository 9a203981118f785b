"""A number among all sentences is drawn, and if it is in A's document the first of the next document is taken."""


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 >= len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError("no sentence follows")
        return here + 1
    n = len(document_of)
    chosen = int(draw * n)
    while document_of[chosen] == document_of[here]:
        chosen = (chosen + 1) % n
    return chosen
