"""Models in processes of their own: `pool.WorkerPool` on the media server's side, `worker` in the child.

Nothing is imported here: the child must load no more than its service needs.
"""
