"""The table of all public functions that take arrays: what each makes of an ordinary array, for `test_kinds`.

Long because it is one table. A row is named by its function and argument, "psnr(x)", and perhaps a note after a colon.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from helpers import draw, lines, unit_maps

import mrilab as m
from mrilab import nets, plots, widgets
from mrilab.arrays.libraries import to_numpy

SHAPE = (16, 16)
COILS = unit_maps(3, SHAPE).astype(np.complex64)
LINES = lines(SHAPE)
A = m.Mask(LINES) @ m.FFT(SHAPE) @ m.Coils(COILS)
PSI, FRAME = m.Wavelet("db4", SHAPE, level=2), m.UndecimatedWavelet("db4", SHAPE, level=2)
SPOKES = m.radial(4, 16)
NUFFT = m.NUFFT(SPOKES, SHAPE)
MAPS = m.simulate_smaps(3, (32, 32))
CROWDED = m.simulate(m.shepp_logan((32, 32)), MAPS, (32, 32))
COVARIANCE = np.diag([1.0, 2.0, 3.0]) + 0.2
SCAN = m.Scan(CROWDED, noise=draw((3, 64)), averages=np.full((32, 32), 2.0, np.float32))
FIELD, TIMES = 50 * np.cos(np.arange(256.0)).reshape(SHAPE), np.linspace(-0.01, 0.01, 16)[None]
SECONDS = 0.5 + np.arange(256.0).reshape(SHAPE) / 256
SHARES = np.stack([LINES / 5.0] * 5)
ZERO, X = np.zeros(SHAPE, np.complex64), draw(SHAPE)
Y, SIGNAL = A(X), NUFFT(X)

OPERATORS = {
    "Identity": m.Identity(SHAPE),
    "FFT": m.FFT(SHAPE),
    "Mask": m.Mask(LINES),
    "Diagonal": m.Diagonal(LINES + 0.5),
    "Coils": m.Coils(COILS),
    "PixelMatrix": m.PixelMatrix(draw((3, 3, *SHAPE), seed=6)),
    "OffResonance": m.OffResonance(m.FFT(SHAPE), FIELD, TIMES),
    "CoilSets": m.CoilSets(np.stack([COILS, 1j * COILS[::-1]])),
    "BatchedSense": m.BatchedSense(np.stack([LINES, LINES.T]), np.stack([COILS, 1j * COILS])),
    "NUFFT": NUFFT,
    "ToeplitzGram": m.ToeplitzGram(NUFFT),
    "Wavelet": PSI,
    "UndecimatedWavelet": FRAME,
    "FiniteDifference": m.FiniteDifference(SHAPE),
    "TemporalFFT": m.TemporalFFT((3, *SHAPE)),
    "TemporalDifference": m.TemporalDifference((3, *SHAPE)),
    "Frames": m.Frames([A, m.Mask(LINES.T) @ m.FFT(SHAPE) @ m.Coils(COILS)]),
    "Row": m.Row([m.Identity(SHAPE), m.FFT(SHAPE).H]),
    "sum": m.FFT(SHAPE) + 2 * m.Identity(SHAPE),
    "product": A,
}
REGULARISERS = {
    "L1": m.L1(0.5),
    "GroupL1": m.GroupL1(0.5, axis=-3),
    "OSCAR": m.OSCAR(0.2, 1.0),
    "OSCAR, of bands": m.OSCAR(0.2, 1.0, PSI.bands),
}
SOLVERS = {
    "fista": lambda f: m.fista(f, m.L1(0.01), max_iter=3),
    "pogm": lambda f: m.pogm(f, m.OSCAR(0.01, 1.0), max_iter=3),
    "condat_vu": lambda f: m.condat_vu(f, m.L1(0.01), PSI, max_iter=3),
    "conjugate_gradient": lambda f: m.conjugate_gradient(f, max_iter=3),
}
FROM = {
    "fista": lambda f, x0: m.fista(f, m.L1(0.01), x0, max_iter=2).x,
    "pogm": lambda f, x0: m.pogm(f, m.L1(0.01), x0, max_iter=2).x,
    "condat_vu": lambda f, x0: m.condat_vu(f, m.L1(0.01), PSI, x0, max_iter=2).x,
    "conjugate_gradient": lambda f, x0: m.conjugate_gradient(f, x0, max_iter=2).x,
}


def data(shape):
    return lambda: draw(shape)


def of(x):
    return lambda: x


def like(x, const):
    """An ordinary array in the library of x and in the precision that x has for us."""
    if type(x).__module__ == "torch":
        import torch

        return torch.from_numpy(const).to(x.dtype)
    return const.astype("complex128" if x.dtype.itemsize == 16 else "complex64")


def solved(solve):
    """A solver's x, whose data are of the kind in question."""
    return lambda y: solve(m.LeastSquares(A, y)).x


def predict(y, mask, fraction):
    """The k-space of an image from some of the samples, the whole of it; for `choose_lambda`."""
    return to_numpy(y) * (1 + fraction) + fraction * ~mask


def written(save, name, read):
    """What is read from the file that `save` writes."""

    def through_a_file(x):
        with TemporaryDirectory() as folder:
            save(Path(folder) / name, x)
            return read(Path(folder) / name)

    return through_a_file


def pixels(path):
    import matplotlib.image

    return matplotlib.image.imread(path)


def volume(path):
    import nibabel

    return np.asarray(nibabel.load(path).dataobj)


def affine(path):
    import nibabel

    return nibabel.load(path).affine


def drawn(figure, axis=0):
    """The first picture in one of the axes of a figure."""
    return np.asarray(figure.axes[axis].images[0].get_array())


def heights(figure):
    """The bars of a histogram."""
    return np.array([bar.get_height() for bar in figure.axes[0].patches])


def numbers(figure):
    """The first curve of a figure."""
    return figure.axes[0].lines[0].get_xydata()


def sent(data, dtype):
    return np.frombuffer(data, dtype).astype(float)


def player(k=SPOKES, y=SIGNAL, reference=None):
    made = widgets.TrajectoryPlayer({"a": k}, {"a": y}, SHAPE, pixel_size=1e-3, dwell=1e-5, reference=reference)
    return np.concatenate([sent(made.scans[0][key], kind) for key, kind in (("k", "<f4"), ("samples", "<i2"))])


SIZE = np.abs(X)


def interval(errors=SIZE, deviations=1 + SIZE, where=LINES):
    return nets.interval_factor([errors] * 3, [deviations] * 3, [where] * 3, coverage=0.5)


def epi(kspace=CROWDED, turned=None, reference=CROWDED):
    turned = np.arange(32) % 2 == 1 if turned is None else turned
    return m.correct_epi(m.Scan(kspace), m.Scan(reference), turned).kspace


WIDE = draw((32, 32))
FILM = draw((3, *SHAPE))
GRID = lines((32, 32)).astype(float)
PATH = m.spiral(3, 32, turns=2)
WEIGHTS = np.random.default_rng(5).random((16, 16)) + 0.1
SETTLED = {"levels": 1, "max_iter": 2, "alpha": 0.06, "beta": 0.02}

# name: (function, a maker of its argument as an ordinary array)
TABLE = {f"LinearOperator.op(x): {name}": (T.op, data(T.shape_in)) for name, T in OPERATORS.items()}
TABLE |= {f"LinearOperator.adj_op(y): {name}": (T.adj_op, data(T.shape_out)) for name, T in OPERATORS.items()}
TABLE |= {
    f"{name.split(',')[0]}.{part}(z): {name}": (function, data((3, *SHAPE)))
    for name, g in REGULARISERS.items()
    for part, function in (
        ("prox", lambda z, g=g: g.prox(z, 1.0)),
        ("__call__", g),
        ("dual_norm", g.dual_norm),
    )
}
TABLE |= {
    "CycleSpun.prox(x)": (lambda x: m.CycleSpun(m.L1(0.5), PSI).prox(x, 1.0), of(X)),
    "CycleSpun.__call__(x)": (m.CycleSpun(m.L1(0.5), PSI), of(X)),
    "CycleSpun.dual_norm(x)": (m.CycleSpun(m.L1(0.5), PSI).dual_norm, of(X)),
}
TABLE |= {
    f"{type(g).__name__}.{part}(x)": (function, data((3, *SHAPE)))
    for g in (m.NuclearNorm(0.5), m.LocallyLowRank(0.5, block=5, seed=None), m.Parts([m.L1(0.5)] * 3))
    for part, function in (("prox", lambda x, g=g: g.prox(x, 1.0)), ("__call__", g), ("dual_norm", g.dual_norm))
}
TABLE |= {f"LeastSquares(y): {name}": (solved(solve), of(Y)) for name, solve in SOLVERS.items()}
TABLE |= {
    f"{name}(x0)": (lambda x, run=run: run(m.LeastSquares(A, like(x, Y)), x), of(X)) for name, run in FROM.items()
}
TABLE |= {
    "LeastSquares(y): lambda_max": (lambda y: m.lambda_max(m.LeastSquares(A, y), m.L1(1.0), PSI), of(Y)),
    "LeastSquares(y): cost": (lambda y: m.LeastSquares(A, y)(like(y, ZERO)), of(Y)),
    "LeastSquares.__call__(x)": (lambda x: m.LeastSquares(A, like(x, Y))(x), of(2 * X)),
    "LeastSquares.grad(x)": (lambda x: m.LeastSquares(A, like(x, Y)).grad(x), of(2 * X)),
    "NormalEquations(y)": (lambda y: m.NormalEquations(NUFFT, y).grad(like(y, 2 * X)), of(SIGNAL)),
    "Coils(smaps)": (lambda maps: m.Coils(maps)(like(maps, X)), of(COILS)),
    "CoilSets(smaps)": (lambda maps: m.CoilSets(maps)(like(maps, X[None])), of(COILS[None])),
    "BatchedSense(smaps)": (lambda s: m.BatchedSense(LINES[None], s)(like(s, X[None])), of(COILS[None])),
    "BatchedSense(masks)": (lambda k: m.BatchedSense(k, COILS[None])(X[None]), of(LINES[None].astype(float))),
    "Mask(mask)": (lambda mask: m.Mask(mask)(X), of(LINES.astype(float))),
    "Diagonal(d)": (lambda d: m.Diagonal(d)(like(d, X)), of(X)),
    "OffResonance(field)": (lambda f: m.OffResonance(m.FFT(SHAPE), f, TIMES, segments=9)(X), of(FIELD)),
    "OffResonance(times)": (lambda t: m.OffResonance(m.FFT(SHAPE), FIELD, t, segments=9)(X), of(TIMES)),
    "NUFFT(trajectory)": (lambda k: m.NUFFT(k, SHAPE)(X), of(SPOKES)),
    "ToeplitzGram(weights)": (lambda w: m.ToeplitzGram(NUFFT, w)(X), of(m.density(SPOKES, SHAPE))),
    "rss(x)": (m.rss, data((3, *SHAPE))),
    "PixelMatrix(matrices)": (lambda G: m.PixelMatrix(G)(draw((3, *SHAPE))), of(draw((3, 3, *SHAPE), seed=6))),
    "psnr(x)": (lambda x: m.psnr(x, abs(draw(SHAPE, seed=3))), of(X)),
    "psnr(ref)": (lambda x: m.psnr(abs(draw(SHAPE, seed=3)), x), of(X)),
    "ssim(x)": (lambda x: m.ssim(x, abs(draw(SHAPE, seed=3))), of(X)),
    "ssim(ref)": (lambda x: m.ssim(abs(draw(SHAPE, seed=3)), x), of(X)),
    "nrmse(x)": (lambda x: m.nrmse(x, abs(draw(SHAPE, seed=3))), of(X)),
    "nrmse(ref)": (lambda x: m.nrmse(abs(draw(SHAPE, seed=3)), x), of(X)),
    "volume_scores(x)": (lambda x: m.volume_scores(x, abs(draw((2, *SHAPE), seed=3)))["psnr"], of(np.stack([X, X]))),
    "volume_scores(ref)": (lambda x: m.volume_scores(abs(draw((2, *SHAPE), seed=3)), x)["psnr"], of(np.stack([X, X]))),
    "espirit(kspace)": (lambda y: m.espirit(y, calib=16, kernel=4), of(CROWDED)),
    "espirit(kspace): two sets": (lambda y: m.espirit(y, calib=16, kernel=4, sets=2), of(CROWDED)),
    "low_resolution_smaps(kspace)": (lambda y: m.low_resolution_smaps(y, 16), of(CROWDED)),
    "noise_covariance(noise)": (m.noise_covariance, data((3, 64))),
    "prewhiten(kspace)": (lambda y: m.prewhiten(y, COVARIANCE), of(CROWDED)),
    "prewhiten(covariance)": (lambda c: m.prewhiten(CROWDED, c), of(COVARIANCE + 0j)),
    "compress_coils(kspace)": (lambda y: m.compress_coils(y, 2)[0], of(CROWDED)),
    "mix_channels(kspace)": (lambda y: m.mix_channels(np.ones((2, 3)), y), of(CROWDED)),
    "mix_channels(matrix)": (lambda M: m.mix_channels(M, CROWDED), of(draw((2, 3)))),
    "sense_unfold(kspace)": (
        lambda y: m.sense_unfold(y, MAPS, 2),
        of(CROWDED * m.regular_lines((32, 32), 2)),
    ),
    "sense_unfold(smaps)": (lambda s: m.sense_unfold(CROWDED * m.regular_lines((32, 32), 2), s, 2), of(MAPS)),
    "sense_unfold(noise_cov)": (
        lambda c: m.sense_unfold(CROWDED * m.regular_lines((32, 32), 2), MAPS, 2, c),
        of(COVARIANCE),
    ),
    "g_factor(smaps)": (lambda maps: m.g_factor(maps, 2), of(MAPS)),
    "g_factor(noise_cov)": (lambda c: m.g_factor(MAPS, 2, c), of(COVARIANCE)),
    "grappa(kspace)": (
        lambda y: m.grappa(y, 2, 16),
        of(CROWDED * (m.regular_lines((32, 32), 2) | m.center_lines((32, 32), 16))),
    ),
    "spirit(kspace)": (lambda y: m.spirit(y, 16)(CROWDED), of(CROWDED)),
    "sake(kspace)": (lambda y: m.sake(y, rank=20, max_iter=2), of(CROWDED * m.variable_density((32, 32), 2, center=4))),
    "like(const)": (lambda c: m.like(ZERO, c), of(X)),
    "to_device(x)": (lambda x: to_numpy(m.to_device(x, "cpu")) * 1, of(X)),
    "to_numpy(x)": (lambda x: m.to_numpy(x) * 1, of(X)),
    "sampling_mask(kspace)": (m.sampling_mask, of(CROWDED * GRID)),
    "Scan(kspace)": (lambda y: m.whiten(m.Scan(y, noise=SCAN.noise)).kspace, of(CROWDED)),
    "Scan(noise)": (lambda n: m.scan_covariance(m.Scan(CROWDED, noise=n)), of(SCAN.noise)),
    "Scan(averages)": (lambda a: m.whiten(m.Scan(CROWDED, noise=SCAN.noise, averages=a)).kspace, of(SCAN.averages)),
    "Scan(affine)": (lambda a: m.Scan(CROWDED, affine=a).affine * 1, of(np.eye(4))),
    "correct_epi(scan)": (lambda y: epi(y), of(CROWDED)),
    "correct_epi(reference)": (lambda y: epi(reference=y), of(CROWDED)),
    "save_cfl(array)": (written(m.save_cfl, "a.cfl", lambda path: m.load_kspace(path).kspace), of(CROWDED)),
    "save_image(image)": (written(m.save_image, "a.png", pixels), of(X)),
    "save_png(image)": (written(m.save_png, "a.png", pixels), of(X)),
    "save_nifti(image)": (written(m.save_nifti, "a.nii", volume), data((3, *SHAPE))),
    "save_nifti(affine)": (written(lambda p, a: m.save_nifti(p, abs(X), affine=a), "a.nii", affine), of(np.eye(4) * 1)),
    "beating_chest(times)": (lambda t: m.beating_chest((16, 16), t).radius, of(np.array([0.1, 0.3]))),
    "simulate(image)": (lambda x: m.simulate(x, MAPS, (16, 16)), of(WIDE)),
    "simulate(smaps)": (lambda s: m.simulate(WIDE, s, (16, 16)), of(MAPS)),
    "simulate(covariance)": (lambda c: m.simulate(WIDE, MAPS, SHAPE, noise=1.0, covariance=c), of(COVARIANCE + 0j)),
    "simulate(field)": (lambda b: m.simulate(WIDE, MAPS, SHAPE, field=b, echo_time=0.01), of(abs(WIDE))),
    "simulate(r2star)": (lambda r: m.simulate(WIDE, MAPS, SHAPE, r2star=r, readout_time=0.01), of(abs(WIDE))),
    "density(trajectory)": (lambda k: m.density(k, SHAPE), of(SPOKES)),
    "density(trajectory): voronoi": (lambda k: m.density(k, SHAPE, "voronoi"), of(SPOKES)),
    "density(trajectory): analytic": (lambda k: m.density(k, SHAPE, "analytic"), of(SPOKES)),
    "gradients(trajectory)": (lambda k: m.gradients(k, 1e-3, 1e-5), of(PATH)),
    "slew_rates(trajectory)": (lambda k: m.slew_rates(k, 1e-3, 1e-5), of(PATH)),
    "project(trajectory)": (lambda k: m.project(k, 0.06, 0.02, max_iter=20), of(PATH)),
    "stack_of(trajectory)": (lambda k: m.stack_of(k, 2), of(PATH)),
    "trajectory_acceleration(trajectory)": (lambda k: m.trajectory_acceleration(k, SHAPE), of(PATH)),
    "sparkling(start)": (lambda k: m.sparkling(k, WEIGHTS, **SETTLED).x, of(PATH)),
    "sparkling(density)": (lambda p: m.sparkling(PATH, p, **SETTLED).x, of(WEIGHTS)),
    "DensityEnergy(density)": (lambda p: m.DensityEnergy(p)(PATH)[1], of(WEIGHTS)),
    "DensityEnergy.__call__(trajectory)": (lambda k: m.DensityEnergy(WEIGHTS)(k)[1], of(PATH)),
    "draw_mask(density)": (lambda p: m.draw_mask(p, 4), of(WEIGHTS)),
    "lloyd_mask(density)": (lambda p: m.lloyd_mask(p, 4), of(WEIGHTS)),
    "lloyd_points(density)": (lambda p: m.lloyd_points(p, 9), of(WEIGHTS)),
    "energy_density(images)": (m.energy_density, data((2, *SHAPE))),
    "acceleration(mask)": (m.acceleration, of(LINES.astype(float))),
    "leave_out(mask)": (lambda mask: m.leave_out(mask)[0], of(LINES.astype(float))),
    "choose_lambda(kspace)": (
        lambda y: m.choose_lambda(predict, y, GRID, [1e-3, 1e-2, 1e-1], keep=4).errors,
        of(CROWDED * GRID),
    ),
    "choose_lambda(mask)": (
        lambda mask: m.choose_lambda(predict, CROWDED * GRID, mask, [1e-3, 1e-2, 1e-1], keep=4).errors,
        of(GRID),
    ),
    "gradient_echo(tr)": (lambda t: m.gradient_echo(t, 0.004, 15, 0.8, 0.05), of(SECONDS)),
    "gradient_echo(te)": (lambda t: m.gradient_echo(9.0, t, 15, 0.8, 0.05), of(SECONDS)),
    "gradient_echo(flip)": (lambda a: m.gradient_echo(0.02, 0.004, a, 0.8, 0.05), of(60 * SECONDS)),
    "gradient_echo(t1)": (lambda t: m.gradient_echo(0.02, 0.004, 15, t, 0.05), of(SECONDS)),
    "gradient_echo(t2star)": (lambda t: m.gradient_echo(0.02, 0.004, 15, 0.8, t), of(SECONDS)),
    "spin_echo(tr)": (lambda t: m.spin_echo(t, 0.004, 0.8, 0.08), of(SECONDS)),
    "spin_echo(te)": (lambda t: m.spin_echo(9.0, t, 0.8, 0.08), of(SECONDS)),
    "spin_echo(t1)": (lambda t: m.spin_echo(0.5, 0.01, t, 0.08), of(SECONDS)),
    "spin_echo(t2)": (lambda t: m.spin_echo(0.5, 0.01, 0.8, t), of(SECONDS)),
    "spin_echo(flip)": (lambda a: m.spin_echo(0.5, 0.01, 0.8, 0.08, a), of(60 * SECONDS)),
    "plots.gallery(images)": (lambda x: drawn(plots.gallery({"a": x})), of(X)),
    "plots.gallery(ref)": (lambda x: drawn(plots.gallery({"a": 2 * X}, x)), of(X)),
    "plots.panels(pictures)": (lambda x: drawn(plots.panels({"a": x})), of(abs(X))),
    "plots.show_mask(mask)": (lambda x: drawn(plots.show_mask(x)), of(LINES.astype(float))),
    "plots.show_mask(kspace)": (lambda y: drawn(plots.show_mask(GRID, y), 1), of(CROWDED)),
    "plots.coefficients(coeffs)": (lambda z: drawn(plots.coefficients(z, 2)), of(X)),
    "plots.lines(curves)": (lambda y: numbers(plots.lines({"a": y}, "x", "y")), of(abs(X[0]))),
    "plots.histograms(samples)": (
        lambda y: heights(plots.histograms({"a": y}, bins=[0, 1, 2], label="a")),
        of(abs(X[0])),
    ),
    "plots.histograms(bins)": (
        lambda b: heights(plots.histograms({"a": X.real.ravel()}, bins=b, label="a")),
        of(np.array([-1.0, 0, 2])),
    ),
    "plots.paths(trajectories)": (lambda k: numbers(plots.paths({"a": k})), of(PATH)),
    "widgets.Compare(reference)": (lambda x: sent(widgets.Compare(x, {"a": WIDE}).levels, "<u2"), of(WIDE)),
    "widgets.Compare(images)": (lambda x: sent(widgets.Compare(WIDE, {"a": x}).levels, "<u2"), of(WIDE)),
    "widgets.Movie(reference)": (lambda x: sent(widgets.Movie(x, {"a": FILM}).levels, "u1"), of(FILM)),
    "widgets.Movie(series)": (lambda x: sent(widgets.Movie(FILM, {"a": x}).levels, "u1"), of(FILM)),
    "widgets.Movie(where)": (lambda w: widgets.Movie(FILM, {"a": 2 * FILM}, w).scores, of(LINES.astype(float))),
    "widgets.Sequence(x)": (lambda x: sent(widgets.Sequence(x, 2e-3, 1e-5).pixels, "<i2"), of(X)),
    "widgets.Contrast(fractions)": (lambda x: sent(widgets.Contrast(x).fractions, "u1"), of(SHARES)),
    "widgets.Contrast(dephasing)": (
        lambda d: sent(widgets.Contrast(SHARES, dephasing=d).dephasing, "u1"),
        of(20 * abs(X)),
    ),
    "widgets.FoldOver(x)": (lambda x: sent(widgets.FoldOver(x).pixels, "<i2"), of(X)),
    "widgets.FoldOver(support)": (lambda s: sent(widgets.FoldOver(X, s).support, "u1"), of(LINES.astype(float))),
    "widgets.KSpacePainter(x)": (lambda x: sent(widgets.KSpacePainter(x).pixels, "<i2"), of(X)),
    "widgets.KSpacePainter(mask)": (lambda k: widgets.KSpacePainter(X, k).mask, of(LINES.astype(float))),
    "widgets.SparseSolver(x)": (lambda x: sent(widgets.SparseSolver(x).pixels, "<i2"), of(X)),
    "widgets.SparseSolver(reference)": (lambda x: sent(widgets.SparseSolver(X, x).truth, "<u2"), of(X)),
    "widgets.SparseSolver(mask)": (lambda k: widgets.SparseSolver(X, mask=k).mask, of(LINES.astype(float))),
    "widgets.TrajectoryPlayer(trajectories)": (lambda k: player(k=k), of(SPOKES)),
    "widgets.TrajectoryPlayer(data)": (lambda y: player(y=y), of(SIGNAL)),
    "widgets.TrajectoryPlayer(reference)": (lambda x: player(reference=x), of(X)),
    "nets.interval_factor(errors)": (lambda x: interval(errors=x), of(abs(X))),
    "nets.interval_factor(deviations)": (lambda x: interval(deviations=x), of(1 + abs(X))),
    "nets.interval_factor(where)": (lambda w: interval(where=w), of(LINES.astype(float))),
    "nets.share_inside(error)": (lambda x: nets.share_inside(x, 1 + abs(X), LINES, 0.5), of(abs(X))),
    "nets.share_inside(deviation)": (lambda x: nets.share_inside(abs(X), x, LINES, 0.5), of(1 + abs(X))),
    "nets.share_inside(where)": (lambda w: nets.share_inside(abs(X), 1 + abs(X), w, 0.5), of(LINES.astype(float))),
    "nets.rank_correlation(deviation)": (lambda x: nets.rank_correlation(x, X.imag), of(abs(X))),
    "nets.rank_correlation(error)": (lambda x: nets.rank_correlation(X.imag, x), of(abs(X))),
    "nets.rank_correlation(where)": (lambda w: nets.rank_correlation(X.imag, X.real, w), of(LINES.astype(float))),
    "nets.residual(x)": (lambda x: nets.residual(A, x, Y, 1.0), of(X)),
    "nets.residual(y)": (lambda y: nets.residual(A, X, y, 1.0), of(Y)),
    "nets.survival(changed)": (lambda x: nets.survival(x, X, 2 * X, X).share, of(X + 1)),
    "nets.survival(plain)": (lambda x: nets.survival(X, x, 2 * X, X).share, of(X + 1)),
    "nets.survival(changed_ref)": (lambda x: nets.survival(2 * X, X, x, X).share, of(X + 1)),
    "nets.survival(plain_ref)": (lambda x: nets.survival(2 * X, X, X, x).share, of(X + 1)),
    "nets.add_lesion(image)": (lambda x: nets.add_lesion(x, (8, 8), 3.0, 0.5), of(X)),
    "nets.smooth_over(image)": (lambda x: nets.smooth_over(x, (8, 8), 3.0), of(X)),
    "nets.random_place(image)": (lambda x: np.array(nets.random_place(x, 0)), of(X)),
    "nets.image_of(y)": (lambda y: nets.image_of(lambda A, y: A.H(y), A, y), of(Y)),
    "nets.ensemble(y)": (lambda y: nets.ensemble([lambda A, y: A.H(y), lambda A, y: 2 * A.H(y)], A, y)[0], of(Y)),
}

# What takes arrays and is in no row: why.
TORCH = "takes torch's tensors alone, for training; see tests/nets"
OWN = "a step of the solvers, on arrays that they made"
EXCUSED = {
    "LinearOperator.__call__(x)": "is op",
    "LinearOperator.check_data(y)": "is called by LeastSquares(y)",
    "like(x)": "reads library, device and precision only",
    "Coils.like(x)": "is like(x)",
    "L1.check(z)": "is called by all of its methods",
    "GroupL1.check(z)": "is called by all of its methods",
    "correct_epi(turned)": "takes booleans, which have no precision; see test_flags",
    "Scan(turned)": "takes booleans, which have no precision; see test_flags",
    "spread(values)": "takes a list of a few numbers",
    "Result(costs)": "holds what a solver returns",
    "Result(times)": "holds what a solver returns",
    "Result(metrics)": "holds what a solver returns",
    "Choice(fractions)": "holds what choose_lambda returns",
    "Choice(errors)": "holds what choose_lambda returns",
} | {f"{name}(x)": "is to be defined by the reader" for name in ("Smooth.__call__", "Smooth.grad", "Smooth.residual")}
EXCUSED |= {f"Smooth.{name}(r)": OWN for name in ("grad_of", "value_of")}
EXCUSED |= {
    f"{name}.{part}": OWN
    for name in ("LeastSquares", "NormalEquations")
    for part in ("curvature(q)", "forward(x)", "grad_of(r)", "residual(x)", "value_of(r)")
}
EXCUSED |= {f"nets.Stability({name})": "holds what stability returns" for name in ("delta", "before", "after")}
EXCUSED |= {f"nets.{name}": TORCH for name in ("stability(y)",)}
