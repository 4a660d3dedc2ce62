"""What each kind of primitive does, as pure functions of its state; standard library only."""
