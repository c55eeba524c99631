"""What the line is measured with, in C: a load generator whose own lateness is small, and the floor of an echo."""
