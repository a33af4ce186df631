"""What the trade costs and brings: profit by part of it, a forecast of what is bought, and rows for spreadsheets."""
