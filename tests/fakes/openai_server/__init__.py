"""A server that speaks the OpenAI protocol and decides from the request alone.

    async with FakeOpenAI() as server:          # in this process, or: python -m tests.fakes.openai_server --port 0
        settings = LlmSettings(models=("m",), base_url=server.url)
        server.faults.add(Fault("status", value=429, times=1))

`mind` reads the messages and tools of a request as a model would; `faults` are set by whoever runs the server, in
process or by POST /admin/faults, and never depend on what is asked.
"""

from tests.fakes.openai_server.faults import Fault, Faults
from tests.fakes.openai_server.server import FakeOpenAI

__all__ = ["FakeOpenAI", "Fault", "Faults"]
