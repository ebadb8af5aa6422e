"""What pictures unlike those of a pack's training are: made, told from the usual ones, and measured."""
