"""The Content-Security-Policy of a page that stands alone: its very own styles and scripts, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence


def content_policy(*, styles: Sequence[str], scripts: Sequence[str], images: Sequence[str] = ()) -> str:
    """Return the policy of a page.

    Parameters
    ----------
    styles, scripts
        Texts of the page's style and script elements, as they stand in it.
    images
        Where images may come from, as ``data:``; none forbids images.
    """
    parts = ["default-src 'none'", _sources("script-src", scripts), _sources("style-src", styles)]
    if images:
        parts.append(" ".join(["img-src", *images]))
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


def _sources(directive: str, texts: Sequence[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join([directive, *(f"'sha256-{each}'" for each in hashes)])
