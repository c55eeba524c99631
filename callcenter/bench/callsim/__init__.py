"""What a caller hears from any AudioSocket server, measured from the audio itself.

A program of its own (`python -m callcenter.bench.callsim`), one thread, standard library only, that knows nothing of
the server but the protocol: so its time is never in the server's figures, and other frameworks can be measured alike.

Each call sends its UUID and then one 20 ms frame every 20 ms: silence, or what it has to say. After a time of silence
on all lines (the idle CPU) every call has its turns: say an utterance, fall silent, wait for the answer, hear it to its
end; or, in some turns, talk into it, and that interruption is the next turn's utterance. Calls that are through stay on
the line until all are.
"""
