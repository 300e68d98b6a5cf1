"""``summ serve``: a page and a JSON API on one's own machine."""

from __future__ import annotations

from summ import options
from summ.commands.terminal import say, wrong_usage
from summ.commands.threads import use_threads
from summ.distribution import how_to_install
from summ.errors import ConfigError


def serve(
    host: options.Host = "127.0.0.1",
    port: options.Port = 8000,
    token: options.Token = None,
    model: options.Model = None,
    encoder: options.ServedEncoder = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
) -> None:
    """Open a page and a JSON API on this machine; nothing leaves it.  Ctrl-C ends.

    The page summarizes what is pasted or dropped, shows what was kept, and looks inside the model.
    """
    use_threads(threads)
    from summ.serving.model_process import ModelProcess

    models = ModelProcess(model, encoder, device)  # before what serves: both load at once
    try:
        from summ.serving.access import Access
        from summ.serving.server import Server, address, bind, check_token
    except ImportError as error:
        raise ConfigError(
            f"serve: needs {error.name}, which is not installed. {how_to_install('serve')}"
        ) from error
    try:
        check_token(host, token)
    except ConfigError as error:
        raise wrong_usage(str(error)) from error
    with bind(host, port) as listener:
        server = Server(models, Access(host, token))
        say(f"serving at {address(listener, token)} (Ctrl-C ends)")
        server.run(listener)
