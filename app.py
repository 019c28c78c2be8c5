"""The browser's door: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from streamlit import config, file_util

from gateway.ui.errors import on_script_error
from gateway.web import assets, failures, health, oauth, webhooks
from gateway.web.headers import SecurityHeaders
from gateway.web.lifespan import lifespan_with
from gateway.web.loopback import LoopbackGuard
from gateway.web.shell import shell_routes
from gateway.web.surface import Surface, every_path

STATIC = Path(file_util.get_static_dir())

app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    routes=[*health.ROUTES, *webhooks.ROUTES, *oauth.ROUTES, *assets.ROUTES, *shell_routes(STATIC)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(LoopbackGuard),
        Middleware(Surface, paths=every_path(STATIC)),
    ],
    lifespan=lifespan_with(config.get_option),
    on_script_error=on_script_error,
    exception_handlers={HTTPException: failures.on_http_exception, 500: failures.on_failure},
)
