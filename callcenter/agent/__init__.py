"""Who decides what is said: the LLM agent and the rule-driven one, with the same tools, and the chain between them."""
