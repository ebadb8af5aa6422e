"""The classes of features, each with rows of (name, IBSI code, formula, note), for `discgrader.radiomics.catalog`."""

_MESH = (
    "V, A: volume and area of the triangle mesh halfway between voxels inside and outside (marching cubes; Lorensen "
    "and Cline 1987); N voxels of size dx dy dz; l1 >= l2 >= l3: eigenvalues of the covariance of the voxel centers "
    "in mm"
)
_OUTLINE = (
    "A, P: area and length of the polygon halfway between pixels inside and outside; N pixels of size dx dy; "
    "l1 >= l2: eigenvalues of the covariance of the pixel centers in mm"
)

_SHAPE = (
    ("Compactness1", "SKGS", "V / sqrt(pi A^3)", "on request: follows from Sphericity"),
    ("Compactness2", "BQWJ", "36 pi V^2 / A^3", "on request: follows from Sphericity"),
    ("Elongation", "Q3CK", "sqrt(l2 / l1)"),
    ("Flatness", "N17B", "sqrt(l3 / l1)"),
    ("LeastAxisLength", "7J51", "4 sqrt(l3)", "IBSI divides the covariance by N - 1 instead of N"),
    ("MajorAxisLength", "TDIC", "4 sqrt(l1)", "IBSI divides the covariance by N - 1 instead of N"),
    ("Maximum2DDiameterColumn", "", "largest distance of two mesh vertices of the same j"),
    ("Maximum2DDiameterRow", "", "largest distance of two mesh vertices of the same i"),
    ("Maximum2DDiameterSlice", "", "largest distance of two mesh vertices of the same k"),
    ("Maximum3DDiameter", "L0JK", "largest distance of two mesh vertices"),
    ("MeshVolume", "RNU0", "V = sum over triangles abc of a . (b x c) / 6"),
    ("MinorAxisLength", "P9VJ", "4 sqrt(l2)", "IBSI divides the covariance by N - 1 instead of N"),
    ("SphericalDisproportion", "KRCK", "A / (36 pi V^2)^(1/3)", "on request: the inverse of Sphericity"),
    ("Sphericity", "QCFX", "(36 pi V^2)^(1/3) / A"),
    ("SurfaceArea", "C0JK", "A = sum over triangles abc of |(b - a) x (c - a)| / 2"),
    ("SurfaceVolumeRatio", "2PR5", "A / V"),
    ("VoxelVolume", "YEKZ", "N dx dy dz"),
)

_SHAPE_2D = (
    ("Elongation", "", "sqrt(l2 / l1)"),
    ("MajorAxisLength", "", "4 sqrt(l1)"),
    ("MaximumDiameter", "", "largest distance of two vertices of the outline"),
    ("MeshSurface", "", "A = sum over edges ab of (a x b) / 2"),
    ("MinorAxisLength", "", "4 sqrt(l2)"),
    ("Perimeter", "", "P = sum over edges ab of |b - a|"),
    ("PerimeterSurfaceRatio", "", "P / A"),
    ("PixelSurface", "", "N dx dy"),
    ("Sphericity", "", "2 sqrt(pi A) / P"),
    ("SphericalDisproportion", "", "P / (2 sqrt(pi A))", "on request: the inverse of Sphericity"),
)

_FIRST_ORDER_SYMBOLS = (
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

_GLCM_SYMBOLS = (
    "p(i,j): share of the pairs of neighbors with gray levels i and j, per direction, features averaged over "
    "directions; px, py: its margins, ux, uy their means, sx, sy standard deviations; ps(k), pd(k): distribution of "
    "i + j and of |i - j|; G: highest gray level; HXY, HX, HY: entropies of p, px, py; e = 2.2e-16"
)

_GLCM = (
    ("Autocorrelation", "QWB0", "sum p(i,j) i j"),
    ("ClusterProminence", "AE86", "sum p(i,j) (i + j - ux - uy)^4"),
    ("ClusterShade", "7NFM", "sum p(i,j) (i + j - ux - uy)^3"),
    ("ClusterTendency", "DG8W", "sum p(i,j) (i + j - ux - uy)^2"),
    ("Contrast", "ACUI", "sum p(i,j) (i - j)^2"),
    ("Correlation", "NI2N", "sum p(i,j) (i - ux)(j - uy) / (sx sy + e); 1 where sx sy = 0"),
    ("DifferenceAverage", "TF7R", "sum k pd(k)"),
    ("DifferenceEntropy", "NTRS", "-sum pd(k) log2(pd(k) + e)"),
    ("DifferenceVariance", "D3YU", "sum pd(k) (k - DifferenceAverage)^2"),
    ("Dissimilarity", "8S9J", "sum p(i,j) |i - j|", "withdrawn: identical to DifferenceAverage"),
    ("Homogeneity1", "", "sum p(i,j) / (1 + |i - j|)", "withdrawn: identical to Id"),
    ("Homogeneity2", "", "sum p(i,j) / (1 + |i - j|^2)", "withdrawn: identical to Idm"),
    ("Id", "IB1Z", "sum pd(k) / (1 + k)"),
    ("Idm", "WF0Z", "sum pd(k) / (1 + k^2)"),
    ("Idmn", "1QCO", "sum pd(k) / (1 + k^2 / G^2)"),
    ("Idn", "NDRX", "sum pd(k) / (1 + k / G)"),
    ("Imc1", "R8DG", "(HXY + sum p log2(px py + e)) / max(HX, HY); 0 where that is 0"),
    ("Imc2", "JN9H", "sqrt(1 - exp(2 (HXY + sum px py log2(px py + e))))"),
    ("InverseVariance", "E8JP", "sum over k > 0 of pd(k) / k^2"),
    ("JointAverage", "60VM", "ux = sum p(i,j) i"),
    ("JointEnergy", "8ZQL", "sum p(i,j)^2"),
    ("JointEntropy", "TU9B", "HXY = -sum p(i,j) log2(p(i,j) + e)"),
    ("MCC", "", "sqrt of the second largest eigenvalue of Q(i,j) = sum_k p(i,k) p(j,k) / (px(i) py(k) + e)"),
    ("MaximumProbability", "GYBY", "max p(i,j)"),
    ("SumAverage", "ZGXS", "sum k ps(k)"),
    ("SumEntropy", "P6QZ", "-sum ps(k) log2(ps(k) + e)"),
    ("SumSquares", "UR99", "sum p(i,j) (i - ux)^2"),
    ("SumVariance", "OEEB", "sum ps(k) (k - SumAverage)^2", "withdrawn: identical to ClusterTendency"),
)


def _emphases(short: str, long: str, what: str, codes: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """The rows that GLRLM, GLSZM and GLDM share; ``codes`` holds IBSI's by name."""
    formulas = {
        f"{short}Emphasis": "sum P(i,j) / j^2 / N",
        f"{long}Emphasis": "sum P(i,j) j^2 / N",
        f"LowGrayLevel{what}Emphasis": "sum P(i,j) / i^2 / N",
        f"HighGrayLevel{what}Emphasis": "sum P(i,j) i^2 / N",
        f"{short}LowGrayLevelEmphasis": "sum P(i,j) / (i^2 j^2) / N",
        f"{short}HighGrayLevelEmphasis": "sum P(i,j) i^2 / j^2 / N",
        f"{long}LowGrayLevelEmphasis": "sum P(i,j) j^2 / i^2 / N",
        f"{long}HighGrayLevelEmphasis": "sum P(i,j) i^2 j^2 / N",
        "GrayLevelNonUniformity": "sum_i (sum_j P(i,j))^2 / N",
        "GrayLevelNonUniformityNormalized": "sum_i (sum_j P(i,j))^2 / N^2",
        "GrayLevelVariance": "sum p(i,j) (i - mean i)^2",
    }
    return tuple((name, codes[name], formula) for name, formula in formulas.items() if name in codes)


_GLRLM_SYMBOLS = (
    "P(i,j): number of runs of j voxels of gray level i, per direction, features averaged over directions; N runs in "
    "all, p = P / N; n voxels; e = 2.2e-16"
)

_GLRLM = (
    *_emphases(
        "ShortRun",
        "LongRun",
        "Run",
        {
            "ShortRunEmphasis": "22OV",
            "LongRunEmphasis": "W4KF",
            "LowGrayLevelRunEmphasis": "V3SW",
            "HighGrayLevelRunEmphasis": "G3QZ",
            "ShortRunLowGrayLevelEmphasis": "HTZT",
            "ShortRunHighGrayLevelEmphasis": "GD3A",
            "LongRunLowGrayLevelEmphasis": "IVPO",
            "LongRunHighGrayLevelEmphasis": "3KUM",
            "GrayLevelNonUniformity": "R5YN",
            "GrayLevelNonUniformityNormalized": "OVBL",
            "GrayLevelVariance": "8CE5",
        },
    ),
    ("RunLengthNonUniformity", "W92Y", "sum_j (sum_i P(i,j))^2 / N"),
    ("RunLengthNonUniformityNormalized", "IC23", "sum_j (sum_i P(i,j))^2 / N^2"),
    ("RunPercentage", "9ZK5", "N / n"),
    ("RunVariance", "SXLW", "sum p(i,j) (j - mean j)^2"),
    ("RunEntropy", "HJ9O", "-sum p(i,j) log2(p(i,j) + e)"),
)

_GLSZM_SYMBOLS = (
    "P(i,j): number of zones of j voxels of gray level i that touch by face, edge or corner; N zones in all, "
    "p = P / N; n voxels; e = 2.2e-16"
)

_GLSZM = (
    *_emphases(
        "SmallArea",
        "LargeArea",
        "Zone",
        {
            "SmallAreaEmphasis": "5QRC",
            "LargeAreaEmphasis": "48P8",
            "LowGrayLevelZoneEmphasis": "XMSY",
            "HighGrayLevelZoneEmphasis": "5GN9",
            "SmallAreaLowGrayLevelEmphasis": "5RAI",
            "SmallAreaHighGrayLevelEmphasis": "HW1V",
            "LargeAreaLowGrayLevelEmphasis": "YH51",
            "LargeAreaHighGrayLevelEmphasis": "J17V",
            "GrayLevelNonUniformity": "JNSA",
            "GrayLevelNonUniformityNormalized": "Y1RO",
            "GrayLevelVariance": "BYLV",
        },
    ),
    ("SizeZoneNonUniformity", "4JP3", "sum_j (sum_i P(i,j))^2 / N"),
    ("SizeZoneNonUniformityNormalized", "VB3A", "sum_j (sum_i P(i,j))^2 / N^2"),
    ("ZonePercentage", "P30P", "N / n"),
    ("ZoneVariance", "3NSA", "sum p(i,j) (j - mean j)^2"),
    ("ZoneEntropy", "GU8N", "-sum p(i,j) log2(p(i,j) + e)"),
)

_GLDM_SYMBOLS = (
    "P(i,j): number of voxels of gray level i of whose neighbors j - 1 differ by no more than gldm_a (IBSI: "
    "neighboring gray level dependence matrix); N voxels in all, p = P / N; e = 2.2e-16"
)

_GLDM = (
    *_emphases(
        "SmallDependence",
        "LargeDependence",
        "",
        {
            "SmallDependenceEmphasis": "SODN",
            "LargeDependenceEmphasis": "IMOQ",
            "LowGrayLevelEmphasis": "TL9H",
            "HighGrayLevelEmphasis": "OAE7",
            "SmallDependenceLowGrayLevelEmphasis": "EQ3F",
            "SmallDependenceHighGrayLevelEmphasis": "JA6D",
            "LargeDependenceLowGrayLevelEmphasis": "NBZI",
            "LargeDependenceHighGrayLevelEmphasis": "9QMG",
            "GrayLevelNonUniformity": "FP8K",
            "GrayLevelVariance": "1PFV",
        },
    ),
    ("DependenceNonUniformity", "Z87G", "sum_j (sum_i P(i,j))^2 / N"),
    ("DependenceNonUniformityNormalized", "OKJI", "sum_j (sum_i P(i,j))^2 / N^2"),
    ("DependenceVariance", "DNX2", "sum p(i,j) (j - mean j)^2"),
    ("DependenceEntropy", "FCBV", "-sum p(i,j) log2(p(i,j) + e)"),
    (
        "GrayLevelNonUniformityNormalized",
        "5SPA",
        "sum_i (sum_j P(i,j))^2 / N^2",
        "withdrawn: identical to Uniformity of the first order",
    ),
    ("DependencePercentage", "6XV8", "N / n", "withdrawn: it is always 1"),
)

_NGTDM_SYMBOLS = (
    "s(i): sum over the voxels of gray level i of the difference to the mean of their neighbors, p(i): share of these "
    "voxels; G: number of gray levels that occur, n voxels that have a neighbor"
)

_NGTDM = (
    ("Busyness", "NQ30", "sum p(i) s(i) / sum_ij |i p(i) - j p(j)|; 0 where that is 0"),
    ("Coarseness", "QCDE", "1 / sum p(i) s(i); 1e6 where that is 0"),
    ("Complexity", "HDEZ", "sum_ij |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) / n"),
    ("Contrast", "65HE", "sum_ij p(i) p(j) (i - j)^2 / (G (G - 1)) sum s(i) / n; 0 where G = 1"),
    ("Strength", "1X9X", "sum_ij (p(i) + p(j)) (i - j)^2 / sum s(i); 0 where that is 0"),
)

TABLES = (
    ("shape", "Shape", _MESH, "Zwanenburg et al. 2016 (IBSI), section 3.1", _SHAPE),
    ("shape2D", "Shape in a slice", _OUTLINE, "van Griethuysen et al. 2017", _SHAPE_2D),
    (
        "firstorder",
        "First order",
        _FIRST_ORDER_SYMBOLS,
        "Zwanenburg et al. 2016 (IBSI), sections 3.3 and 3.4",
        _FIRST_ORDER,
    ),
    ("glcm", "Gray level co-occurrence", _GLCM_SYMBOLS, "Haralick et al. 1973", _GLCM),
    ("glrlm", "Gray level run length", _GLRLM_SYMBOLS, "Galloway 1975", _GLRLM),
    ("glszm", "Gray level size zone", _GLSZM_SYMBOLS, "Thibault et al. 2009", _GLSZM),
    ("gldm", "Gray level dependence", _GLDM_SYMBOLS, "Sun and Wee 1983", _GLDM),
    ("ngtdm", "Neighboring gray tone difference", _NGTDM_SYMBOLS, "Amadasun and King 1989", _NGTDM),
)
"""Class, title, symbols, source and rows."""
