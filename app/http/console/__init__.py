"""The console: pages for whoever runs the buying, each a view of a report, with the acts of the commands."""
