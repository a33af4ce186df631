"""The pages of the console, a folder a subject: what is shown, and how."""
