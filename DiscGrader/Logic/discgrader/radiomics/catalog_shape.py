"""Shape features: rows of (name, IBSI code, formula, note) for `discgrader.radiomics.catalog`."""

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

TABLES = (
    ("shape", "Shape", _MESH, "Zwanenburg et al. 2016 (IBSI), section 3.1", _SHAPE),
    ("shape2D", "Shape in a slice", _OUTLINE, "van Griethuysen et al. 2017", _SHAPE_2D),
)
