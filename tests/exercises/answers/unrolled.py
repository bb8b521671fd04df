"""Answers to the exercises of the chapter on unrolled networks, written from its page."""

import numpy as np

from mrilab import FFT


def cascade(A, y, x, correct, step):
    gradient = A.adj_op(A.op(x)) - A.adj_op(y)
    return np.subtract(correct(x), step * gradient)


def shifted(transform, x):
    axes = (-2, -1)
    return np.fft.fftshift(transform(np.fft.ifftshift(x, axes), norm="ortho"), axes)


def by_points(y, mask, z, lam, seen=lambda y, z, lam: (y + lam * z) / (1 + lam), unseen=lambda z, lam: z):
    k = shifted(np.fft.fft2, z)
    for place in np.ndindex(*k.shape):
        k[place] = seen(y[place], k[place], lam) if mask[place] else unseen(k[place], lam)
    return shifted(np.fft.ifft2, k).astype(np.complex64)


def by_quotient(y, mask, z, lam):
    return shifted(np.fft.ifft2, (y + lam * shifted(np.fft.fft2, z)) / (mask + lam)).astype(np.complex64)


def by_descent(y, mask, z, lam):
    x = z.copy()
    for _ in range(60):
        k = shifted(np.fft.fft2, x)
        x = x - (shifted(np.fft.ifft2, mask * k - y) + lam * (x - z)) / (1 + lam)
    return x


def by_torch(k, inverse):
    import torch

    transform = torch.fft.ifft2 if inverse else torch.fft.fft2
    return torch.fft.fftshift(transform(torch.fft.ifftshift(k, (-2, -1)), norm="ortho"), (-2, -1))


def by_mrilab(k, inverse):
    F = FFT(tuple(k.shape[-2:]))
    return F.H(k) if inverse else F(k)


def modl(net, y, mask, lam, cascades, fft=by_mrilab, seen=lambda y, k, lam: (y + lam * k) / (1 + lam), out=None):
    import torch

    x = fft(y, True)
    while cascades:
        real, imaginary = net(torch.view_as_real(x).movedim(-1, 1)).unbind(1)
        z = real + 1j * imaginary
        k = fft(z if out is None else out(x, z), False)
        x, cascades = fft(mask * seen(y, k, lam) + ~mask * k, True), cascades - 1
    return x


RIGHT = {
    "unrolled-net": [modl, lambda *a: modl(*a, fft=by_torch)],
    "unrolled-cascade": [cascade, lambda A, y, x, R, eta: R(x) + eta * (A.H @ (y - A @ x))],
    "unrolled-consistency": [by_points, by_quotient, by_descent],
}

WRONG = {
    "unrolled-net": [
        lambda *a: modl(*a).detach(),
        lambda *a: modl(*a, seen=lambda y, k, lam: y),
        lambda *a: modl(*a, out=lambda x, z: z.conj()),
        lambda *a: modl(*a, out=lambda x, z: x - z),
        lambda *a: abs(modl(*a)),
        lambda net, y, mask, lam, n: modl(net, y, mask, lam, 1),
    ],
    "unrolled-cascade": [
        lambda A, y, x, R, eta: R(x - eta * A.H(A(x) - y)),
        lambda A, y, x, R, eta: R(x) - eta * A.H(A(R(x)) - y),
        lambda A, y, x, R, eta: x + R(x) - eta * A.H(A(x) - y),
        lambda A, y, x, R, eta: R(x) + eta * A.H(A(x) - y),
        lambda A, y, x, R, eta: R(x) - A.H(A(x) - y),
        lambda A, y, x, R, eta: eta * (R(x) - A.H(A(x) - y)),
        lambda A, y, x, R, eta: x - eta * (R(x) + A.H(A(x) - y)),
    ],
    "unrolled-consistency": [
        lambda *a: by_points(*a, seen=lambda y, z, lam: y),
        lambda *a: by_points(*a, unseen=lambda z, lam: lam * z / (1 + lam)),
        lambda *a: by_points(*a, seen=lambda y, z, lam: (lam * y + z) / (1 + lam)),
        lambda *a: by_points(*a, seen=lambda y, z, lam: y + lam * z),
        lambda *a: by_points(*a, seen=lambda y, z, lam: (y + lam * z) / 2),
        lambda *a: by_points(*a, unseen=lambda z, lam: 0),
        lambda *a: shifted(np.fft.fft2, by_points(*a)),
    ],
}
