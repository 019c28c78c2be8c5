"""``/healthz`` (the process answers) and ``/readyz`` (it can take a submission)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway import bootstrap


async def healthz(request: Request) -> JSONResponse:
    """200 as long as the process can answer at all."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """200 when a submission could be taken now, else 503 with the closed cause."""
    ready, cause = await run_in_threadpool(bootstrap.served().ready)
    return JSONResponse({"ready": ready, "cause": cause}, 200 if ready else 503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
