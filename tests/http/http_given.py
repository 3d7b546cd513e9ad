"""Calls to make, and a credential whose text must never be seen."""

from __future__ import annotations

from datetime import UTC, datetime

from publisher.platforms import load
from publisher.platforms.base import Credential, Secret
from publisher.values import Call, FilePart, Picture

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
TOKEN = "EAABcanary7token+of/a=page"
APP_SECRET = "canary-app-secret-0123456789"
PROOF = "5e8ec8b5d8f92fa0b3bfe0e2d5e4ec8ac5d0d1b9b5b42e4b0fb7e59b1f79f7a2"
CREDENTIAL = Credential(name="FB_CARDIOLOGY", parts={"token": Secret(TOKEN), "app_secret": Secret(APP_SECRET)})
FACEBOOK = load("facebook")
PICTURE = Picture(path="cardiology/room/a.png", digest="ab" * 32, alt="An empty room", mime="image/png")

POST = Call(method="POST", path="/v26.0/104/feed", form={"message": "Good day"}, commits=True, deadline_seconds=20)
UPLOAD = Call(
    method="POST",
    path="/v26.0/104/photos",
    form={"published": "false"},
    files=(FilePart(field="source", picture=PICTURE),),
    deadline_seconds=20,
)
READ = Call(method="GET", path="/v26.0/104_9", query={"fields": "id"}, deadline_seconds=20)
