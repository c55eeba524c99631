"""What comes after a call: figures, cost, search, and the managers' web interface."""
