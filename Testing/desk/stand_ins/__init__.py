"""Stand-ins for what only the Slicer application has; README.md here says what each stands for and what it refuses."""
