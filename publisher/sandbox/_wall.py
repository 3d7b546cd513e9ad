"""The wall."""
from werkzeug.wrappers import Request, Response
def respond(server, request: Request) -> Response:
    return Response("wall")
