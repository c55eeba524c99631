"""Speech to text: recognizers behind `ports.Recognizer`, and how one is chosen."""
