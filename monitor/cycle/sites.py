"""The sites the margin is computed for."""

from __future__ import annotations

from monitor.config import Settings, SiteConfig

DEFAULT = SiteConfig(name="default")


def of(settings: Settings) -> tuple[SiteConfig, ...]:
    """The configured sites, or the built-in one that assumes everything."""
    return settings.sites or (DEFAULT,)


def named(settings: Settings, name: str) -> SiteConfig:
    """The site of that name, which there is."""
    return next(site for site in of(settings) if site.name == name)
