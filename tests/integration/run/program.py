"""A small server to be supervised: answers /readyz on its port, and behaves as its last argument says."""

import http.server
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


def note(folder: Path, words: str) -> int:
    with (folder / "story.txt").open("a") as story:
        story.write(words + "\n")
    return 0


def main(name: str, port: int, folder: Path, manner: str) -> None:
    note(folder, f"{name} started {os.getpid()}")
    match manner:
        case "broken":
            print("something quite wrong\nValueError: no such thing")
            sys.exit(3)
        case "misconfigured":
            print("callcenter: audiosocket.port: 99 is silly")
            sys.exit(2)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "parent":
            subprocess.Popen(["sleep", "1000"])
        case "polite":
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(note(folder, f"{name} ended")))
        case "once":
            if (folder / "once").exists():
                time.sleep(0.1)
                sys.exit("it works once only")
            (folder / "once").touch()
        case _:
            pass
    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
