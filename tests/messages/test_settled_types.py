"""Types are looked at before threads use them: else two threads at once end the process."""

from __future__ import annotations

import subprocess
import sys

THREADS = """
import sys, threading
import msgspec
from inference.messages.codec import settle_types

sys.setswitchinterval(1e-6)
for n in range(60):
    kinds = {}
    source = "import msgspec\\n"
    for depth in range(6):
        what = f"tuple[C{depth - 1}, ...]" if depth else "int"
        rest = "()" if depth else "0"
        source += f"class C{depth}(msgspec.Struct, frozen=True):\\n"
        source += "".join(f"    f{i}: {what} = {rest}\\n" for i in range(8))
    exec(source, kinds)
    settle_types()
    data = msgspec.msgpack.encode({"f0": [{"f0": [{"f0": [{"f1": [{"f2": [{"f0": 1}]}]}]}]}]})
    ready, said = threading.Barrier(2), []

    def decode():
        ready.wait()
        said.append(msgspec.msgpack.decode(data, type=kinds["C5"]))

    threads = [threading.Thread(target=decode) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 2 and said[0] == said[1]
"""


STRANGE = """
import msgspec
from inference.messages.codec import settle_types

class One(msgspec.Struct): ...
class Two(msgspec.Struct): ...
class Neither(msgspec.Struct):
    which: One | Two
class Later(msgspec.Struct):
    what: "NotYet"

settle_types()
"""


def test_types_that_were_settled_are_decoded_by_two_threads_at_once() -> None:
    assert _run(THREADS) == (0, "")


def test_types_that_nobody_can_decode_do_no_harm() -> None:
    assert _run(STRANGE) == (0, "")


def _run(code: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=100
    )
    return done.returncode, done.stderr
