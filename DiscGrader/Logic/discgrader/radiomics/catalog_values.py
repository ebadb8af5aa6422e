"""First-order features: rows of (name, IBSI code, formula, note) for `discgrader.radiomics.catalog`."""

_SYMBOLS = (
    "X: the N values in the region, m their mean, c: voxelArrayShift; p(i): share of the voxels at gray level i; "
    "P10 ... P90: percentiles; e = 2.2e-16"
)

_FIRST_ORDER = (
    ("10Percentile", "QG58", "P10"),
    ("90Percentile", "8DWT", "P90"),
    ("Energy", "N8CA", "sum (X + c)^2", "IBSI has no shift c"),
    ("Entropy", "TLU2", "-sum p(i) log2(p(i) + e)"),
    ("InterquartileRange", "SALO", "P75 - P25"),
    ("Kurtosis", "IPH6", "mean((X - m)^4) / mean((X - m)^2)^2", "IBSI subtracts 3"),
    ("Maximum", "84IY", "max X"),
    ("Mean", "Q4LE", "m = sum X / N"),
    ("MeanAbsoluteDeviation", "4FUA", "mean |X - m|"),
    ("Median", "Y12H", "P50"),
    ("Minimum", "1GSF", "min X"),
    ("Range", "2OJQ", "max X - min X"),
    ("RobustMeanAbsoluteDeviation", "1128", "mean |Y - mean Y| of the Y in X from P10 to P90"),
    ("RootMeanSquared", "5ZWQ", "sqrt(mean (X + c)^2)", "IBSI has no shift c"),
    ("Skewness", "KE2A", "mean((X - m)^3) / mean((X - m)^2)^(3/2)"),
    ("StandardDeviation", "", "sqrt(mean (X - m)^2)", "on request: the square root of Variance"),
    ("TotalEnergy", "", "dx dy dz sum (X + c)^2"),
    ("Uniformity", "BJ5W", "sum p(i)^2"),
    ("Variance", "ECT3", "mean (X - m)^2"),
)

TABLES = (("firstorder", "First order", _SYMBOLS, "Zwanenburg et al. 2016 (IBSI), sections 3.3 and 3.4", _FIRST_ORDER),)
