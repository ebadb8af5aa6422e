"""The network that outlines the thecal sac on axial slices: digital slices, training, and its error."""
