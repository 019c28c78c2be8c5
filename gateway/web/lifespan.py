"""From start to stop: options checked, gateway open, worker running, and all closed again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from gateway import bootstrap
from gateway.domain.errors import GatewayError
from gateway.domain.findings import Finding
from gateway.settings.options import unsafe_options
from gateway.web.logs import keep_values_out, where

_COLLECT_EVERY_S = 30
_EXIT_SETTINGS = 2

Lifespan = Callable[[object], AbstractAsyncContextManager[None]]


def lifespan_with(option: Callable[[str], object]) -> Lifespan:
    """The app's lifespan; ``option`` returns a Streamlit option's value in effect.

    It stops the process with exit code 2 and sentences on stderr when an option is unsafe
    or the gateway cannot be opened.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: object) -> AsyncGenerator[None, None]:
        keep_values_out()
        findings = unsafe_options(option)
        if findings:
            await _refuse_to_start(_sentences(findings))
        with contextlib.ExitStack() as stack:
            try:
                gateway = stack.enter_context(bootstrap.open_gateway(pages_at=_address(option)))
                bootstrap.serve(gateway)
                if gateway.delivers_here:
                    gateway.start_worker()
            except GatewayError as error:
                await _refuse_to_start(str(error))
            except Exception as error:
                await _refuse_to_start(f"Sealed Intake cannot start: {where(error)}.")
            stack.callback(gateway.stop_worker)
            collector = asyncio.create_task(_collect_on_a_clock())
            stack.callback(collector.cancel)
            _say(f"Sealed Intake is open at {_address(option)}/ (this machine only).")
            yield
            _say("Sealed Intake is closing.")

    return lifespan


async def _collect_on_a_clock() -> None:
    """Free what closed tabs left behind, values included, at most twice a minute."""
    while True:
        await asyncio.sleep(_COLLECT_EVERY_S)
        gc.collect()


async def _refuse_to_start(sentences: str) -> None:
    """Print ``sentences`` and end the process. An exception would be caught and logged with
    its trace by every layer of the server, so the loop itself is told to exit."""
    sys.stderr.write(sentences.rstrip() + "\n")
    sys.stderr.flush()
    asyncio.get_running_loop().call_soon(sys.exit, _EXIT_SETTINGS)
    await asyncio.Event().wait()


def _sentences(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{finding.message} {finding.cure}" for finding in findings)


def _address(option: Callable[[str], object]) -> str:
    return f"http://{option('server.address')}:{option('server.port')}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
