"""Block Kit as Slack checks it: its rules, its limits, its blocks, elements and objects."""
