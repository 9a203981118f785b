"""db is a mean.

Named: bias-gradient-a-mean
"""


def linear_backward(dy, x, kernel):
    rows_x, rows_dy = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ kernel.T, rows_x.T @ rows_dy, rows_dy.mean(axis=0)
