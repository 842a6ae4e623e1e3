#!/usr/bin/env python3
"""Values that galen/metric and galen/trust are tested against, from reference implementations.

    pip install numpy scipy scikit-learn surface-distance
    python scripts/reference/metric.py > galen/metric/testdata/reference.json

surface-distance is DeepMind's implementation of Nikolov et al. 2021. Shapes are given by whole numbers, so that the test
draws the same voxels: a voxel (x, y, z) belongs to an ellipsoid when sum(((x - centre) * spacing)^2 * weight) <= limit.
"""
import json

import numpy as np
import scipy
import sklearn
import surface_distance as sd
from scipy import stats
from sklearn import covariance, isotonic, linear_model, metrics


def classification():
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 2, 80)
    probability = np.round(np.clip(0.3 + 0.3 * truth + 0.25 * rng.normal(size=80), 0.02, 0.98), 2)  # with ties
    logit = np.log(probability / (1 - probability))
    cox = linear_model.LogisticRegression(C=np.inf, tol=1e-12, max_iter=10000).fit(logit[:, None], truth)
    order = np.argsort(-probability, kind="stable")
    _, tie = np.unique(probability, return_inverse=True)
    shared = (np.bincount(tie, truth) / np.bincount(tie))[tie]  # mean truth of equal probabilities
    ece = sum(abs((probability[b] - shared[b]).sum()) for b in np.array_split(order, 15)) / 80
    tn, fp, fn, tp = metrics.confusion_matrix(truth, probability >= 0.5).ravel()
    steps = isotonic.IsotonicRegression(out_of_bounds="clip").fit(logit, truth)
    grid = np.linspace(-4, 4, 33)
    return {
        "probability": probability.tolist(), "truth": truth.tolist(),
        "auroc": metrics.roc_auc_score(truth, probability),
        "auprc": metrics.average_precision_score(truth, probability),
        "brier": metrics.brier_score_loss(truth, probability),
        "log_loss": metrics.log_loss(truth, probability),
        "slope": float(cox.coef_[0, 0]), "intercept": float(cox.intercept_[0]), "ece": float(ece),
        "confusion": [int(tp), int(fp), int(tn), int(fn)], "f1": metrics.f1_score(truth, probability >= 0.5),
        "isotonic": {"logit": grid.tolist(), "probability": steps.predict(grid).tolist()},
    }


def ellipsoid(size, centre, weight, limit):
    axes = np.meshgrid(*[np.arange(n) for n in size], indexing="ij")
    return sum(w * (a - c) ** 2 for w, a, c in zip(weight, axes, centre)) <= limit


SURFACES = [  # size, spacing, truth (centre, weight, limit), prediction
    ((24, 20, 18), (1.0, 1.0, 1.0), ((11, 9, 8), (1, 1, 1), 40), ((12, 10, 8), (1, 1, 1), 36)),
    ((24, 20, 18), (0.8, 0.8, 2.5), ((11, 9, 8), (1, 2, 3), 60), ((12, 8, 9), (1, 2, 3), 70)),
    ((30, 30, 12), (1.5, 0.9, 1.2), ((14, 14, 5), (1, 1, 9), 90), ((14, 12, 5), (1, 1, 4), 50)),
    ((16, 16, 16), (1.0, 1.0, 1.0), ((3, 3, 3), (1, 1, 1), 9), ((12, 12, 12), (1, 1, 1), 9)),
    ((32, 28), (0.7, 1.1), ((15, 13), (1, 1), 80), ((13, 14), (1, 2), 70)),
]


def surfaces():
    cases = []
    for size, spacing, truth, predicted in SURFACES:
        t, p = ellipsoid(size, *truth), ellipsoid(size, *predicted)
        d = sd.compute_surface_distances(t, p, spacing)
        cases.append({
            "size": size, "spacing": spacing, "truth": truth, "predicted": predicted,
            "dice": sd.compute_dice_coefficient(t, p),
            "surface_dice": {str(x): float(sd.compute_surface_dice_at_tolerance(d, x)) for x in (0.5, 1, 2, 4)},
            "hd95": float(sd.compute_robust_hausdorff(d, 95)), "hausdorff": float(sd.compute_robust_hausdorff(d, 100)),
            "area": [float(d["surfel_areas_pred"].sum()), float(d["surfel_areas_gt"].sum())],
        })
    return cases


def statistics():
    values = [3.2, -1.0, 7.5, 0.1, 2.2, 9.9, -4.0]
    return {
        "values": values, "quantiles": [[q, float(np.quantile(values, q))] for q in (0, 0.05, 0.3, 0.5, 0.975, 1)],
        "binomial": [[k, n, *map(float, stats.binomtest(k, n).proportion_ci(0.95, "exact"))]
                     for k, n in ((0, 12), (8, 10), (117, 130), (52, 52))],
        "beta": [[a, b, x, float(scipy.special.betainc(a, b, x))]
                 for a, b, x in ((0.5, 0.5, 0.2), (3, 7.5, 0.4), (200, 21, 0.93), (1, 90, 0.01))],
    }


def shrinkage():
    rows = np.round(np.random.default_rng(3).normal(size=(12, 5)) * [1, 2, 0.5, 1, 3], 3)
    return {"rows": rows.ravel().tolist(), "dimension": 5,
            "shrinkage": float(covariance.ledoit_wolf_shrinkage(rows, assume_centered=True))}


if __name__ == "__main__":
    print(json.dumps({
        "made by": "scripts/reference/metric.py",
        "with": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "surface-distance": "0.1"},
        "classification": classification(), "surfaces": surfaces(), "statistics": statistics(),
        "shrinkage": shrinkage(),
    }, indent=1))
