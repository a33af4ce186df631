"""The commands as tools that a program may call, for `leadbid mcp`."""
