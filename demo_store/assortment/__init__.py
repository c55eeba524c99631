"""What the demo shop sells, made from the files in `data`: the same files always make the same shop."""
