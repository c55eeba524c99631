"""Voice activity: silero's model behind `ports.VoiceDetector`."""
