"""When (lịch làm việc và kỳ báo cáo): working days, deadlines, and the windows that figures are for.

vietnam_time    milliseconds UTC to days of Asia/Ho_Chi_Minh and back
statutory       days off that follow from the Labour Code alone
decisions       what was decided beside it, since when it was known: overrides.toml, and facts of the log
office_hours    the eight hours of an office day
working_days    the calendar that they make together, and the due time of a limit
windows         named ways to cut time into months and quarters: windows.toml
periods         one such month, quarter, half-year, nine months or year, or a free window
"""
