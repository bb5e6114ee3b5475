"""The REST door: JSON over HTTP for other programs, and what the pages' live board listens to.

`app.create_app` makes it. A request passes `guard` (overload, headers, last resort), `route` (who is asking,
may they, is the body sound), then a function that calls the service and shapes the answer.
"""
