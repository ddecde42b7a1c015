"""A synthetic province (tỉnh mô phỏng), seeded: the same plan gives the same facts, byte for byte, on every machine.

plan           what is asked for
dice           the only source of chance
units          the province, its departments and communes, and how well each of them works
catalogue      the procedures
office         office time as a number line, and appointments
demand         how many dossiers are filed on which day
occurrence     what happened, before anyone keyed it
conduct        what happens to a dossier
petitions      what happens to a petition
fact           what was keyed, and when it reached the log
payload        facts as the bytes of a batch
keying         late, twice, wrongly: from what happened to what was keyed
province       the whole, in order of arrival
snapshots      the state of a dossier as a row of the canonical file
files          what an officer would export
filling        a log with the history in it
benchmark      batches as fast as they can be made
"""
