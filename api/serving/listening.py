"""Where the service may listen, and with how many processes: refused at the start, with the fix."""

from sqlalchemy import URL

from api.serving.settings import Installation, SettingsError
from engine.access.proxy import is_loopback, listen_refusal, networks


def refuse_start(settings: Installation, database: URL, *, demo: bool) -> None:
    """Raise `SettingsError` for a way to serve that would show patients to a network or lose what is stored.

    Args:
        settings: Those in force.
        database: Where cases are kept.
        demo: Everybody in it is invented, and whoever sits at this computer may sign in.
    """
    trusted = networks(settings.trusted_proxies)
    why = listen_refusal(settings.host, trusted, tls=settings.serves_tls, demo=demo)
    if why is not None and (demo or not settings.listen_unencrypted):
        what, _, fix = why.partition("; ")
        raise SettingsError(what, fix)
    if settings.workers > 1 and database.get_backend_name() == "sqlite":
        raise SettingsError(
            f"{settings.workers} processes cannot share one SQLite file",
            "leave --workers out, or keep the cases on PostgreSQL (docs/how-to/deploy.md)",
        )
    if not is_loopback(settings.host) and trusted and not settings.behind_tls:
        raise SettingsError(
            "the proxy in front is not said to encrypt",
            "set `public_url` to the address that browsers see, such as `https://treadway.example.org`",
        )
