"""What is learnt: for each job making its batch, its loss and its metrics, together.

A loss is returned as a sum and a weight, never as a mean: the mean over a batch is then
the same whether the batch comes in one piece or in eight, of which some hold more words
to predict than others.
"""
