"""The gRPC edge: a server's anatomy, and what every call goes through before it reaches a service.

From the outside in: a correlation id and one line of log (``correlation``), metrics (``measuring``), a span
(``tracing``), errors as rich statuses (``statuses``), the deadline (``deadlines``), who calls (``authentication``), how
much (``rate_limit``). gRPC ships no types: ``calls`` has the part of it that is used here.
"""
