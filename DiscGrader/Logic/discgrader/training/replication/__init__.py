"""The paper's evaluation of the Pfirrmann system, as one command."""
