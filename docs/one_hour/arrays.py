"""Arrays of one's own: nothing is set by hand."""

import numpy as np
from sklearn.datasets import load_digits

import ffbrian as ff

X, y = load_digits(return_X_y=True)
X = (X / 16).reshape(-1, 8, 8)
order = np.random.default_rng(0).permutation(len(X))
train, test = order[:1400], order[1400:]

model = ff.Trainer(ff.Network([ff.Layer(100)])).fit(X[train], y[train], epochs=10)
print(f"accuracy {100 * model.score(X[test], y[test]):.1f} %, first answers {model.predict(X[test][:5])}")
