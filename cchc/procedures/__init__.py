"""Administrative procedures (thủ tục hành chính) with their limits, each version valid from a day, by a decision."""
