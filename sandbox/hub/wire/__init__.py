"""What every route shares: calls and answers, pages, refusals, limits, faults and sessions."""
