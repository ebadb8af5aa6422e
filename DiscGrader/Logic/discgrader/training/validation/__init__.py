"""A site's own proof: systems held against the truth of its own cases, and packs recalibrated on them."""
