"""``/healthz`` (the process answers), ``/readyz`` (it can take and send a submission) and
``/metrics`` (numbers for a monitor on this machine)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway import bootstrap

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format. Source: https://prometheus.io/docs/instrumenting/exposition_formats/"""


async def healthz(request: Request) -> JSONResponse:
    """200 as long as the process can answer at all."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """200 when a submission could be taken and sent now, else 503 with the cause."""
    ready, cause = await run_in_threadpool(bootstrap.served().ready)
    return JSONResponse({"ready": ready, "cause": cause}, 200 if ready else 503)


async def metrics(request: Request) -> Response:
    """The gateway's numbers: counts and times, no answer and no name. Like every other path
    it answers this machine only."""
    numbers = await run_in_threadpool(bootstrap.served().metrics)
    return Response(numbers, headers={"Content-Type": METRICS_TYPE})


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
