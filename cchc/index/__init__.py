"""The index (chỉ số CCHC): criteria sets as data, rules, scoring, ranking; counts in, points out."""
