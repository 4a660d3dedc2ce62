"""The scenario's processes in simulation: greenlets of one interpreter, and models for what they share."""
