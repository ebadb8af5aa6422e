"""What of the spinal canal can be measured: its width on sagittal slices, the area of the thecal sac on axial ones."""
