"""Feature tables of discs, and the models that grade from them."""
