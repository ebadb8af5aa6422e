"""How packs are made; `pip install "discgrader[train]"` brings it, the 3D Slicer extension leaves it out.

What all recipes share: `recipes` (all by name), `loop` (the one training loop), `losses`, `augment` and `distort`
(random changes of what networks see, and of images), `metrics` and `plots`, `stored_arrays` (files of results that
take long to compute). Where samples come from: `spider` (public data sets), `cohorts` (folders of studies, of
patients or digital), `discs` (graded discs of SPIDER), `true_discs` (which disc is which). Recipes: `localizer`,
`grader`, `level_recipe`, and the folders `views` (systems that grade from views), `tabular` (features, and models
of them), `contrast` (the contrast of an image) and `typical` (when an image is unlike those of the training).
Evaluations: `realism` (the digital spine) and `replication` (the paper's twelve analyses, one command).
"""
