"""Commands about people: whose leads we have, what we hold of them, and who may not be bought."""
