"""What a model must not say, one kind a file: its instructions, what is not done, prices and numbers from nowhere.

Each guard learns from what tools gave, the caller said and the shop told, and judges the next clause. All are pure;
`answering.py` asks them before anything is spoken.
"""
