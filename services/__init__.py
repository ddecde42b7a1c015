"""The services: processes and their business, on the kit in ``cchc/``.

The data flows one way, and each of the seven words is a place in the tree (a test checks that each path exists):

    command   → services/intake/rows              what a sender asks: a row of an import; protos/cchc/api: a gRPC call
    event     → protos/cchc/api/log/v1            what is so now: a protobuf fact, who says it, when it happened
    log       → cchc/log                          append-only and durable before the sender gets its receipt
    fold      → services/aggregator, cchc/dossier events become rows, and rows become the state of a dossier
    indicator → services/report/indicators.py     a named numerator and denominator over that state
    score     → cchc/index                        points by this year's criteria set
    report    → services/report                   forms, rankings, deductions and their explanation

No service imports another; ``services.single`` composes them in one process.
"""
