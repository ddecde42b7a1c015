"""Recording (ghi nhận): what every writing service does with facts, whoever brings them and however they come.

A fact is checked (shape, known unit and procedure, sane times, bounded text without personal data, the sender's right)
and appended. Facts that contradict one another are taken: the reporting systems own the truth. There is no gRPC here.
"""
