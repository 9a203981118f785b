"""A real browser for the tests of the site: headless Chromium, spoken to through a pipe, in the
Chrome DevTools Protocol, so that nothing has to be installed but Chromium itself."""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # which root does not have
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
SECONDS = 60
"""How long an answer may take, on a machine with other work."""


def found() -> str | None:
    """Where a browser is, if there is one; ZEN_BROWSER says so before all."""
    names = (os.environ.get("ZEN_BROWSER"), *NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


class Browser:
    """One browser with one page. `problems` gathers what its console calls an error, and whatever
    it asked of a network."""

    def __init__(self, program: str, profile: Path):
        down, up = os.pipe(), os.pipe()
        # The browser reads from 3 and writes to 4; higher numbers cannot be in the way.
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (down[0], up[1])]
        start = f'exec "$0" "$@" 3<&{theirs[0]} 4>&{theirs[1]}'
        command = ["bash", "-c", start, program, *OPTIONS, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            [*command, "about:blank"],
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (down[0], up[1], *theirs):
            os.close(end)
        self._write, self._read = down[1], up[0]
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._loaded: set[str] = set()
        self._session: str | None = None
        self.problems: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def close(self) -> None:
        self._session = None
        self._send("Browser.close", {})
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    # The protocol

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for what it answers."""
        number = self._send(method, parameters)
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        return number

    def _receive(self) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the browser said nothing for {SECONDS} s")
            piece = os.read(self._read, 1 << 20)
            if not piece:
                raise RuntimeError(f"the browser ended with status {self._process.wait()}")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, message: dict[str, Any]) -> None:
        what, said = message.get("method"), message.get("params", {})
        if what == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        elif what == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            values = [str(a.get("value", a.get("description", ""))) for a in said["args"]]
            self.problems.append("console: " + " ".join(values))
        elif what == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.problems.append(f"{said['entry']['text']} {said['entry'].get('url', '')}".strip())
        elif what == "Network.requestWillBeSent":
            url = said["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:", "about:")):
                self.problems.append(f"asks a network for {url}")
        elif what == "Page.lifecycleEvent" and said["name"] == "load":
            self._loaded.add(said["loaderId"])

    # What a person does

    def open(self, page: str) -> None:
        """Go to an address, until the page and its equations are there."""
        self.problems.clear()
        loader = self.ask("Page.navigate", url=page).get("loaderId")
        while loader and loader not in self._loaded:  # there is none for a place in this page
            self._note(self._receive())
        self.run("window.MathJax?.startup?.promise")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; what it promises is waited for."""
        said = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"]["exception"]["description"])
        return said["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Until the expression is true."""
        end = time.monotonic() + SECONDS
        while not self.run(f"Boolean({script})"):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {script}")
            time.sleep(0.05)

    def press(self, key: str, count: int = 1) -> None:
        """A key such as Tab, ArrowDown, Enter or Space."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}
        codes |= {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        text = {"Space": " ", "Enter": "\r"}.get(key, "")
        event = {"key": " " if key == "Space" else key, "code": key}
        for kind in ("keyDown", "keyUp") * count:
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                windowsVirtualKeyCode=codes[key],
                text=text if kind == "keyDown" else "",
                **event,
            )

    def be(self, width: int, height: int = 900, dark: bool = False) -> None:
        """A screen of so many CSS pixels, a phone's where it is narrow, in light or dark."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path, full: bool = False) -> None:
        """A screenshot as PNG."""
        said = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        path.write_bytes(base64.b64decode(said["data"]))
