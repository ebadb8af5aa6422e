"""Recipe ``contrast``: networks that tell what a picture weights from the picture alone."""
