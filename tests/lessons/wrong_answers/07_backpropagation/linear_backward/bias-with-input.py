"""db is the column sum of dW, as if the bias were multiplied by x.

Named: bias-gradient-with-the-input
"""


def linear_backward(dy, x, kernel):
    rows_x, rows_dy = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    dw = rows_x.T @ rows_dy
    return dy @ kernel.T, dw, dw.sum(axis=0)
