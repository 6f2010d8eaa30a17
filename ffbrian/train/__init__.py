"""What belongs to a training besides the training itself."""
