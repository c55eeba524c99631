"""Language models behind ports.ChatModel: one backend a file."""
