"""Reads a plan as JSON from standard input, makes the calls, and prints the figures as JSON."""

import base64
import json
import sys

from callcenter.bench.callsim.loop import simulate
from callcenter.bench.callsim.plan import Plan


def main() -> None:
    values = json.load(sys.stdin)
    values["utterances"] = tuple(map(base64.b64decode, values["utterances"]))
    values["interrupted"] = frozenset(values["interrupted"])
    values["pids"] = tuple(values["pids"])
    json.dump(simulate(Plan(**values)), sys.stdout)


if __name__ == "__main__":
    main()
