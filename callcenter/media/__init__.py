"""The process that carries calls, and its brothers: so many calls at once, how busy it is, who starts it again."""
