"""How well T1 and T2 are told apart by the picture alone, and the weights that `picture_contrast` uses.

    python Testing/benchmarks/contrast_from_picture.py ../shared/data/spider

The names of SPIDER's mid-sagittal slices tell the truth; each patient is judged by weights fitted to others.
"""

import sys
from pathlib import Path

import numpy as np
from discgrader.imaging.files import read_volume, stem
from discgrader.imaging.picture_contrast import central_pictures, measures
from discgrader.imaging.recognize import slice_axis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SURE = 0.8


def table(files: list[Path]) -> np.ndarray:
    """Mean measures of each file's central slices, shape (files, 5)."""
    rows = []
    for file in files:
        volume, _ = read_volume(file)
        rows.append(np.mean([measures(one) for one in central_pictures(volume, slice_axis(volume))], axis=0))
    return np.array(rows)


def main(spider: Path) -> None:
    """Print accuracy in patient-wise cross-validation and the weights fitted to all."""
    files = sorted((spider / "midsagittal").glob("*.nii.gz"))
    values = table(files)
    t2 = np.array([stem(file).endswith("t2") for file in files])
    patients = np.array([stem(file).split("_")[0] for file in files])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    folds = GroupKFold(10, shuffle=True, random_state=0)
    probability = cross_val_predict(model, values, t2, groups=patients, cv=folds, method="predict_proba")[:, 1]
    right = (probability > 0.5) == t2
    sure = np.maximum(probability, 1 - probability) >= SURE
    print(f"{len(files)} slices of {len(set(patients))} patients")
    print(f"right when forced to choose: {right.mean():.3f}")
    print(f"sure ({SURE:g}): {sure.mean():.3f} of all; right among these: {right[sure].mean():.4f}")
    print("sure and wrong:", ", ".join(stem(file) for file, bad in zip(files, sure & ~right) if bad))
    model.fit(values, t2)
    scaler, regression = model[0], model[1]
    for name, numbers in (("_CENTER", scaler.mean_), ("_SCALE", scaler.scale_), ("_WEIGHTS", regression.coef_[0])):
        print(f"{name} = np.array([{', '.join(f'{one:.4f}' for one in numbers)}])")
    print(f"_BIAS = {regression.intercept_[0]:.4f}")
    low, high = values.min(axis=0), values.max(axis=0)
    for name, numbers in (("_LOWEST", low - 0.2 * (high - low)), ("_HIGHEST", high + 0.2 * (high - low))):
        print(f"{name} = np.array([{', '.join(f'{one:.3f}' for one in numbers)}])")
    stacks = sorted(file for file in (spider / "t2_space").glob("*_SPACE.nii.gz"))
    of_stacks = model.predict_proba(table(stacks))[:, 1]
    print(f"T2 SPACE stacks taken for T2: {(of_stacks >= SURE).sum()} of {len(stacks)}, for T1: "
          f"{(of_stacks <= 1 - SURE).sum()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
