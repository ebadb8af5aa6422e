"""What pictures unlike those of a pack's training are: made, separated from the usual ones, and measured."""
