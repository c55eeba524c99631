"""python -m tests.fakes.openai_server --port 8001: runs until it is killed; prints its URL when it listens."""

import argparse
import asyncio
from contextlib import suppress

from tests.fakes.openai_server.server import FakeOpenAI

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    with suppress(KeyboardInterrupt):
        asyncio.run(FakeOpenAI(parser.parse_args().port).serve_forever())
