"""The fold of the store held against the slow witness of ``tests/reference``, over logs that are made to be awkward.

One answer of the store costs about a second, whatever it is asked of; so hundreds of sets of facts lie in one database,
each under names of its own, and one question asks for all of them.

drawn      sets of facts, drawn by hypothesis and renamed so that they can lie side by side
filled     sets of facts → log → store
compared   what the witness and the store say of them, and the smallest set on which they differ
"""
